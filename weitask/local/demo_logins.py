"""The logins of the demo: seed_demo makes them, `make run` shows them. They exist on a demo database only."""

from dataclasses import dataclass

PASSWORD = "weitask-demo-2026"  # noqa: S105  # printed at every start, of made-up people


@dataclass(frozen=True)
class Login:
    """`role` is what the person does there (Chinese), `page` where they begin."""

    role: str
    username: str
    page: str
    password: str = PASSWORD


LOGINS = (
    Login("个人用户", "geren", "/"),
    Login("企业用户", "qiye", "/"),
    Login("自媒体帐号", "zimeiti", "/"),
    Login("审核员", "shenhe", "/admin/"),
    Login("财务", "caiwu", "/admin/"),
    Login("超级管理员", "admin", "/admin/"),
)
