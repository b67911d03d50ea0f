"""``ckan nx worker``: a process that does the jobs of the queue and what is due by the clock."""

from __future__ import annotations

import click

from ckanext.nxopendata.core.background.worker import Worker
from ckanext.nxopendata.core.cli import nx
from ckanext.nxopendata.core.tabular import sandbox


@nx.command(short_help="后台任务进程 / a worker of the job queue")
@click.option("--burst", is_flag=True, help="做完队列里的任务就结束 / End when the queue is empty.")
@click.argument("queues", nargs=-1)
def worker(burst: bool, queues: tuple[str, ...]) -> None:
    """执行后台任务和定时任务 / Do the jobs of the queue and what is due by the clock.

    可以在任何机器上运行任意多个，其中一个负责定时；一个被杀死，别的在一分钟内接手 /
    Run any number on any machines. One of them keeps the time; when one is killed, others take over within a minute.
    """
    sandbox.start()  # before the first job, whose process inherits the way to ask it
    Worker(list(queues) or None).work(burst=burst, with_scheduler=True)
