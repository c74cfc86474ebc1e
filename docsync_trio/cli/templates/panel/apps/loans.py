"""What a loan costs: an application of Panel's. This script runs once for every visitor."""

import numpy as np
import panel as pn
from bokeh.models import NumeralTickFormatter
from bokeh.plotting import figure

pn.extension(sizing_mode="stretch_width")

ACCENT = "#1f5f78"


def balances(amount, rate, years):
    """Return what is still owed after each month, and the payment of a month."""
    months = np.arange(years * 12 + 1)
    monthly = rate / 1200
    growth = (1 + monthly) ** months
    payment = amount * monthly * growth[-1] / (growth[-1] - 1)
    return months, amount * growth - payment * (growth - 1) / monthly, payment


def plot(amount, rate, years):
    months, owed, _ = balances(amount, rate, years)
    drawn = figure(
        height=360,
        sizing_mode="stretch_width",
        x_axis_label="years",
        y_axis_label="owed",
        tools="",
        toolbar_location=None,
    )
    drawn.varea(months / 12, 0, owed, color=ACCENT, alpha=0.25)
    drawn.line(months / 12, owed, color=ACCENT, line_width=3)
    drawn.yaxis.formatter = NumeralTickFormatter(format="0,0")
    drawn.y_range.start = 0
    drawn.outline_line_color = None
    return drawn


def summary(amount, rate, years):
    _, _, payment = balances(amount, rate, years)
    interest = payment * years * 12 - amount
    return f"### {payment:,.2f} a month, {interest:,.0f} of interest in all"


amount = pn.widgets.IntSlider(label="Amount", start=10_000, end=500_000, step=10_000, value=200_000)
rate = pn.widgets.FloatSlider(label="Interest, % a year", start=0.5, end=9, step=0.1, value=3.5)
years = pn.widgets.IntSlider(label="Years", start=5, end=35, value=20)
chosen = {"amount": amount, "rate": rate, "years": years}

pn.template.FastListTemplate(
    title="Loans",
    accent=ACCENT,
    sidebar=[amount, rate, years],
    main=[pn.Column(pn.bind(summary, **chosen), pn.bind(plot, **chosen))],
).servable()
