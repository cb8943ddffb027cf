"""How the runs of a race are ordered; shared by the queue, which gives the best setting its other seeds, and by the table."""


def rank(run):
    """Of one problem's runs the least is best: the most targets reached, then the least time to the last of them, then the least measure."""
    got = [r["seconds"] for r in run["reached"].values() if r]
    bad = run["final"] is None or run["diverged"]
    return (bad, -len(got), got[-1] if got else 0, run["best"] if run["best"] is not None else float("inf"))


def best_of(runs):
    """The best run of seed 1, or None where no setting gave a number."""
    sweep = [r for r in runs if r["seed"] == 1 and r["final"] is not None]
    return min(sweep, key=rank) if sweep else None


def rivals(runs, problem):
    """The runs of a problem by (side, rule), in the order in which they appeared."""
    found = {}
    for r in runs:
        if r["problem"] == problem:
            found.setdefault((r["side"], r["rule"]), []).append(r)
    return found
