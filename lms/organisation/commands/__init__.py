"""Commands of organisation: `org load`, `org reorganise`, `roster import`, `roster fetch`."""

from lms.organisation.commands.rosters import roster
from lms.organisation.commands.units import org

groups = (org, roster)
