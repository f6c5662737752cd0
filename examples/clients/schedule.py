"""Cancels an OpenAI Upload unless it completes in time.

Needs boto3, and the stack's outputs ScheduleGroupName, CleanUpFunctionArn, SchedulerRoleArn and CleanUpFailuresArn in the
environment. The caller's role needs the policy SchedulePolicyArn.
"""
import json
import os
from datetime import datetime, timedelta, timezone

import boto3


def cancel_unless_completed(upload_id: str, after: timedelta = timedelta(minutes=30)) -> str:
    """Makes a schedule that cancels the upload once, after that time, and then deletes itself. Gives the schedule's ARN.

    An upload that has completed, or was cancelled or expired by then, is no failure. Raises ConflictException if the upload
    has a schedule already.
    """
    response = boto3.client("scheduler").create_schedule(
        Name=upload_id,
        GroupName=os.environ["ScheduleGroupName"],
        ScheduleExpression=f"at({datetime.now(timezone.utc) + after:%Y-%m-%dT%H:%M:%S})",
        FlexibleTimeWindow={"Mode": "OFF"},
        ActionAfterCompletion="DELETE",
        Target={
            "Arn": os.environ["CleanUpFunctionArn"],
            "RoleArn": os.environ["SchedulerRoleArn"],
            "Input": json.dumps(upload_id),
            "DeadLetterConfig": {"Arn": os.environ["CleanUpFailuresArn"]},
        },
    )
    return response["ScheduleArn"]


if __name__ == "__main__":
    import sys

    print(cancel_unless_completed(sys.argv[1]))
