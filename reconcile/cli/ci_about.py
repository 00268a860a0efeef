"""What the reports of a pipeline say of themselves."""

from __future__ import annotations

import datetime
from typing import TYPE_CHECKING

from reconcile import __version__
from reconcile.cli.about import environment_words, with_config
from reconcile.cli.repository import top_of
from reconcile.cli.setting import Setting, utc_now
from reconcile.reports.about import About, Links

if TYPE_CHECKING:
    from reconcile.cli.wiring import Read
    from reconcile.edges.forge import Job


def about_job(
    setting: Setting,
    read: Read | None = None,
    job: Job | None = None,
    *,
    applied: bool = False,
) -> About:
    """Of a plan made just now, or of why there is none; with the links that the job
    of a pipeline knows."""
    complete = read is not None and read.planned.plan.complete
    now = f"{utc_now().astimezone(datetime.UTC):%Y-%m-%d %H:%M} UTC"
    about = About(
        read.digest if read else "",
        environment=environment_words(
            setting.environment or setting.config.name, setting.config.traede.brand_id
        ),
        read_at=f"{now}, complete" if complete else "",
        applied_at=now if applied else "",
        links=_links(setting, job),
        report_url=job.report_url if job and read else "",
        run_name=job.run_name if job else "",
        run_url=job.run_url if job else "",
        change_name=job.proposal_name if job else "",
        change_url=job.proposal_url if job else "",
        version=__version__,
    )
    return with_config(about, setting.config)


def _links(setting: Setting, job: Job | None) -> Links | None:
    if job is None or not (job.repository_url and job.commit):
        return None
    top = top_of(setting.folder)
    return Links(
        job.repository_url,
        job.commit,
        setting.folder.relative_to(top).as_posix(),
        job.below,
    )
