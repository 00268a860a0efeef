"""GitHub and GitLab: the job that we run in, its notes and its issues.

job      what the machine's variables and the event say, as one value
http     requests, and what became of them; the only module here that knows httpx
github, gitlab
         the same few questions and writes, for each of the two
posting  one note per proposal, one issue about drift: found by a hidden marker,
         edited in place
"""

from reconcile.edges.forge.github import GitHub, github_headers
from reconcile.edges.forge.gitlab import GitLab, gitlab_headers
from reconcile.edges.forge.http import ForgeError, Http
from reconcile.edges.forge.job import Job, job_of
from reconcile.edges.forge.posting import Forge, post_issue, post_note

__all__ = [
    "Forge",
    "ForgeError",
    "GitHub",
    "GitLab",
    "Http",
    "Job",
    "headers_of",
    "job_of",
    "open_forge",
    "post_issue",
    "post_note",
]


def open_forge(job: Job, http: Http) -> Forge:
    return GitHub(http, job) if job.forge == "github" else GitLab(http, job)


def headers_of(job: Job) -> dict[str, str]:
    """With the token of the job, which goes in no other place."""
    made = github_headers if job.forge == "github" else gitlab_headers
    return made(job.token)
