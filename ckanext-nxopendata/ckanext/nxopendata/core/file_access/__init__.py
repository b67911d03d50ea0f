"""Whether somebody may have a file's bytes or rows: one function decides, and whatever yields any of them asks it.

:func:`.decision.decide` asks CKAN first (who may see the dataset: its state, review, withdrawal), then every plugin
that implements :class:`.interfaces.IFileAccess` (licence and agreement, columns that are not open, …). The first
refusal stands. Nobody is told of a file that CKAN hides from them: it is refused as one that does not exist.

**A room adds its condition** by implementing the interface in its plugin::

    class SafetyPlugin(p.SingletonPlugin):
        p.implements(IFileAccess)

        def judge_file_access(self, asked: Sequence[FileRequest]) -> Mapping[str, Access]:
            return conditions.judge(asked)

where ``judge`` leaves out files of which the room knows nothing, and gives ``Access(False, "recalled", message=…)``
when nobody but those who edit the dataset may have it now, or ``Access(True, "agreement", personal=True)`` when this
person may for a reason of their own. Those who edit the dataset are not held by a refusal unless it says
``binds_editors``. A grant of some columns or rows is an allowing answer with a ``part``; whoever asks :func:`decide`
without ``part=True`` is refused then, so that a way to the file that cannot cut it gives nothing.

**A new way to a file** asks :func:`.decision.decide`, or :func:`.decision.decide_all` of several. For routes with
``resource_id`` in their address the guard in :mod:`.views` has asked before the view begins; a page that tells of a
file and sends nothing of it is marked with :func:`.doors.sends_no_data`. For actions there is
``tk.check_access("nx_resource_serve", …)``; DataStore's reading actions ask by themselves.
``tests/doors/test_files.py`` finds new routes and actions by itself and tries them.

The doors (:mod:`.auth`, :mod:`.views`) are brought by the first plugin that implements the interface
(``core/wiring.py``), so that every room has them alone, and a site with all of them has them once.
"""
