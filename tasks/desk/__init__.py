"""What reviewers share beside the decisions: who reads what, first approvals, common reasons."""
