import panel as pn

pn.extension()

pn.pane.Markdown(f"{pn.state.user}, the boathouse is **4711**.").servable()
