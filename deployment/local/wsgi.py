"""The WSGI application that gunicorn serves; ``CKAN_INI`` names the configuration file."""

import os

from ckan.cli import CKANConfigLoader
from ckan.config.middleware import make_app

config = CKANConfigLoader(os.environ["CKAN_INI"]).get_config()
application = make_app(config)
