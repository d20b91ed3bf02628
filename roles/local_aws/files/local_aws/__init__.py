# Copyright: Contributors to the iot.sensor_stack collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""What the local AWS adds to MiniStack: the servers behind its endpoints, and calls it lacks."""
