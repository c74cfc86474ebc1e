"""An order of a bakery: double-click a cell, type, and the server reckons it up anew."""

from bokeh.io import curdoc
from bokeh.layouts import column, row
from bokeh.models import (
    Button,
    ColumnDataSource,
    CustomJS,
    DataTable,
    Div,
    NumberEditor,
    NumberFormatter,
    StringEditor,
    TableColumn,
)
from bokeh.plotting import figure

document = curdoc()
goods = {
    "product": ["Rye bread", "Wheat rolls", "Croissants", "Pretzels", "Poppy cake", "Biscuits"],
    "quantity": [12, 60, 35, 40, 4, 25],
    "price": [3.80, 0.55, 1.40, 0.90, 14.50, 2.20],
}
goods["total"] = [q * p for q, p in zip(goods["quantity"], goods["price"], strict=True)]
source = ColumnDataSource(goods, name="goods")

money = NumberFormatter(format="0,0.00", text_align="right")
table = DataTable(
    name="table",
    source=source,
    columns=[
        TableColumn(field="product", title="Product", editor=StringEditor()),
        TableColumn(
            field="quantity", title="Quantity", editor=NumberEditor(), width=90,
            formatter=NumberFormatter(format="0", text_align="right"),
        ),
        TableColumn(
            field="price", title="Price", editor=NumberEditor(step=0.05), formatter=money, width=90
        ),
        TableColumn(field="total", title="Total", formatter=money, width=90),
    ],
    editable=True,
    auto_edit=False,
    index_position=None,
    reorderable=False,  # it would need jQuery UI in the page
    height=300,
    sizing_mode="stretch_width",
)  # fmt: skip

plot = figure(
    name="plot",
    title="Share of each product",
    x_range=goods["product"],
    height=380,
    sizing_mode="stretch_width",
    y_axis_label="total",
    toolbar_location=None,
    tools="",
)
plot.vbar(x="product", top="total", width=0.75, source=source, color="#c98b3c")
plot.y_range.start = 0
plot.xgrid.grid_line_color = None
plot.outline_line_color = None

invoice = Div(name="invoice", styles={"font-size": "18px"})
add = Button(name="add", label="Add a product", button_type="success", width=150)
remove = Button(name="remove", label="Remove the selected", button_type="warning", width=170)


def reckon(attr, old, new):
    data = source.data
    totals = [
        float(q or 0) * float(p or 0) for q, p in zip(data["quantity"], data["price"], strict=True)
    ]
    if totals != list(data["total"]):
        # Later, as Bokeh cannot replace data while it tells of a change to them.
        document.add_next_tick_callback(lambda: source.update(data={**data, "total": totals}))
    plot.x_range.factors = list(dict.fromkeys(data["product"]))
    invoice.text = f"The order comes to <b>{sum(totals):.2f}</b>"


def add_product():
    name = f"Product {len(source.data['product']) + 1}"
    source.stream({"product": [name], "quantity": [1], "price": [1.0], "total": [1.0]})


def remove_selected():
    gone = set(source.selected.indices)
    source.selected.indices = []
    source.data = {
        name: [value for at, value in enumerate(values) if at not in gone]
        for name, values in source.data.items()
    }


source.on_change("data", reckon)
# Bokeh 3.9 draws a table anew only when its rows become more or fewer.
source.js_on_change("data", CustomJS(args={"table": table}, code="table.change.emit()"))
add.on_click(add_product)
remove.on_click(remove_selected)
reckon(None, None, None)

document.add_root(
    column(
        Div(text="<h1 style='margin:0;font-weight:300;color:#8a5a1e'>An order</h1>"),
        row(add, remove, invoice, spacing=15),
        row(
            column(table, sizing_mode="stretch_width"),
            plot,
            sizing_mode="stretch_width",
            spacing=25,
        ),
        sizing_mode="stretch_width",
        margin=20,
    )
)
document.title = "Orders"
