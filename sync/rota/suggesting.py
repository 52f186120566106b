"""Lets HiGHS, a solver of linear programs, find a fair rota."""

from __future__ import annotations

from dataclasses import dataclass
from importlib import import_module
from typing import TYPE_CHECKING, Any

from mappings.rota.suggestion import Task, program_of, taken_in
from moodle_bridge.errors import ConfigError

if TYPE_CHECKING:
    from mappings.rota.suggestion import Program

# Counted in steps, not seconds: so the same question has the same answer on every
# machine. The seconds are for what is far too large.
_NODES = 3000
_GAP = 0.02
_SECONDS = 300.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Solved:
    """Who takes each slot, by numbers of people.

    `best` is false when the search was ended before nothing better could be hoped for;
    `by_clock` is true when that was for the time it took, so that another machine may
    find another.
    """

    taken: tuple[tuple[int, ...], ...]
    best: bool
    by_clock: bool


def solved(task: Task) -> Solved:
    """Return a rota that is as fair as can be; the same task gives the same one.

    Raises ConfigError when the solver is not installed, or finds nothing.
    """
    try:
        highspy: Any = import_module("highspy")
    except ImportError:
        raise ConfigError(
            "the solver that suggests rotas is not installed",
            item="rota suggest",
            advice="Install it: pip install 'moodle-bridge[suggest]'.",
        ) from None
    program = program_of(task)
    solver = _loaded(program, highspy)
    solver.run()
    status = solver.getModelStatus()
    values = list(solver.getSolution().col_value)
    if (
        len(values) != len(program.costs)
        or status == highspy.HighsModelStatus.kInfeasible
    ):
        raise ConfigError(
            f"the solver found no rota ({solver.modelStatusToString(status)})",
            item="rota suggest",
            advice="Ask for fewer weeks at once, or for longer shifts.",
        )
    return Solved(
        taken=taken_in(task, program, values),
        best=status == highspy.HighsModelStatus.kOptimal,
        by_clock=status == highspy.HighsModelStatus.kTimeLimit,
    )


def _loaded(program: Program, highspy: Any) -> Any:
    solver = highspy.Highs()
    solver.silent()
    for name, value in (
        ("threads", 1),
        ("random_seed", 0),
        ("mip_rel_gap", _GAP),
        ("mip_max_nodes", _NODES),
        ("time_limit", _SECONDS),
    ):
        solver.setOptionValue(name, value)
    for cost, least, most in zip(
        program.costs, program.least, program.most, strict=True
    ):
        solver.addCol(cost, least, most, 0, [], [])
    for column in program.whole:
        solver.changeColIntegrality(column, highspy.HighsVarType.kInteger)
    for least, most, columns in program.rows:
        solver.addRow(least, most, len(columns), list(columns), list(columns.values()))
    return solver
