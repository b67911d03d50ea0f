"""Duties of a permission: reports of use while it is in force, deletion after its end; a violated one suspends it."""
