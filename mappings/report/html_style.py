"""How the page looks: by day and by night, on a phone and on paper."""

from __future__ import annotations

import re
from collections.abc import Mapping

from mappings.report.palette import BY_DAY, BY_NIGHT

_RULES = """
*{box-sizing:border-box}
html{-webkit-text-size-adjust:100%;text-size-adjust:100%}
body{margin:0 auto;max-width:62rem;padding:0 1rem 3rem;background:var(--paper);
color:var(--ink);font:1rem/1.5 system-ui,-apple-system,"Segoe UI",Roboto,"Noto Sans",
"DejaVu Sans",sans-serif;overflow-wrap:break-word}
h1{font-size:1.6rem;line-height:1.25;margin:1.5rem 0 .25rem}
h2{font-size:1.25rem;line-height:1.3;margin:2.5rem 0 .5rem;padding-top:.75rem;
border-top:1px solid var(--line)}
p,ul{margin:.6rem 0;max-width:46rem}
ul{padding-inline-start:1.3rem}
.note,.meta{color:var(--muted);font-size:.875rem}
.headline{font-size:1.2rem;line-height:1.45;padding:.75rem 1rem;background:var(--shade);
border-inline-start:4px solid var(--first);max-width:none}
.skip{position:absolute;left:-999rem;top:.5rem;padding:.5rem 1rem;
background:var(--ink);color:var(--paper)}
.skip:focus{left:.5rem;z-index:1}
:focus-visible{outline:3px solid var(--first);outline-offset:2px}
main:focus{outline:none}
.scroll{overflow-x:auto;margin:1rem 0;max-width:100%}
table{border-collapse:collapse;font-size:.925rem;font-variant-numeric:tabular-nums}
caption{text-align:start;font-weight:600;padding:.25rem 0}
th,td{padding:.35rem .6rem;border-bottom:1px solid var(--line);text-align:end;
vertical-align:top}
thead th{vertical-align:bottom;background:var(--shade);font-weight:600;
min-width:4.2rem;max-width:9rem}
th:first-child{text-align:start}
thead th::first-letter{text-transform:uppercase}
.unseen{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%);
white-space:nowrap}
tbody th{font-weight:500;min-width:7.5rem;max-width:18rem}
td{white-space:nowrap}
td.few{text-align:start;color:var(--muted);white-space:normal}
tbody th:first-child{position:sticky;inset-inline-start:0;background:var(--paper)}
@media (max-width:40rem){
.plot,.scroll{margin-inline-end:-1rem}
th,td{padding:.3rem .4rem}
tbody th{min-width:5rem;max-width:9rem}
}
.week th,.week td{min-width:0;padding:.15rem .5rem}
.week td{border-inline-start:1px solid var(--line)}
.side{display:flex;flex-wrap:wrap;column-gap:2rem}
.bar{display:block;height:.35rem;min-width:4rem;margin-top:.2rem;
background:var(--deeper-shade);direction:ltr}
.bar i{display:block;height:100%;background:var(--first)}
figure{margin:1rem 0}
.plot{overflow-x:auto}
.plot svg{display:block;width:100%;min-width:34rem;max-width:48rem;height:auto}
figcaption{font-size:.875rem;color:var(--muted);max-width:46rem}
figcaption b{color:var(--ink)}
footer{margin-top:2.5rem;border-top:1px solid var(--line);padding-top:.5rem}
@media print{
body{max-width:none;padding:0;font-size:9.5pt}
.skip{display:none}
.scroll,.plot{overflow:visible}
table{font-size:8.5pt}
h2{margin-top:1.2rem}
thead th{white-space:normal}
tbody th:first-child{position:static}
th,td{padding:.15rem .3rem}
thead th,tbody th{min-width:0}
.bar{min-width:2rem;print-color-adjust:exact;-webkit-print-color-adjust:exact}
.plot svg{min-width:0;print-color-adjust:exact;-webkit-print-color-adjust:exact}
thead{display:table-header-group}
tr,figure{break-inside:avoid}
h2,caption{break-after:avoid}
.week{break-inside:avoid}
}
@page{margin:15mm}
"""


def style_sheet() -> str:
    """Return the style sheet of the page. By night it turns dark, on paper never."""
    day, night = _variables(BY_DAY), _variables(BY_NIGHT)
    return (
        f":root{{color-scheme:light dark;{day}}}\n"
        f"@media screen and (prefers-color-scheme:dark){{:root{{{night}}}}}{_RULES}"
    )


def themed(svg: str) -> str:
    """Return a picture with the page's own colours: it turns dark with it."""
    # Each colour of the palette stands for its part; shades of heat maps stay.
    names = {colour: name for name, colour in BY_DAY.items()}
    return re.sub(
        "|".join(map(re.escape, names)),
        lambda found: f"var(--{names[found[0]]})",
        svg,
    )


def _variables(colours: Mapping[str, str]) -> str:
    return "".join(f"--{name}:{colour};" for name, colour in colours.items())
