import panel as pn

pn.extension()

if pn.state.user == "guest":
    text = "Welcome. [Notes](notes) are for members."
else:
    text = f"Welcome back, {pn.state.user}. Here are your [notes](notes)."
pn.pane.Markdown(text).servable()
