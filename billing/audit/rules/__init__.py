"""The rules that concern billing's own tables only."""
