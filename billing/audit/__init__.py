"""The auditor: rules about money, each one SQL statement that must return no row (faults section 2).

An app registers its rules in a module called `audit`; they are found like Celery finds jobs.
"""

from billing.audit.registry import Rule, rule
from billing.audit.rules import book, payments
from billing.audit.running import Violation, run

__all__ = ["Rule", "Violation", "book", "payments", "rule", "run"]
