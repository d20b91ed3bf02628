# Copyright: Contributors to the iot.sensor_stack collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""What runs on AWS Lambda: takes readings from the queue, answers queries, keeps the schema and rotates passwords."""
