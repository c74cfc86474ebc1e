"""The pages of the site, by Flask. What moves in them is an application of Bokeh's."""

from apps.levels import HARBORS
from flask import Flask, abort, render_template, request

from docsync_trio.embed import server_document

site = Flask(__name__)


@site.get("/")
def front():
    return render_template("front.html", harbors=HARBORS)


@site.get("/harbors/<harbor>")
def page(harbor):
    if harbor not in HARBORS:
        abort(404)
    # `script_root` is the prefix that a proxy puts in front, if there is one.
    plot = server_document(f"{request.script_root}/levels", arguments={"harbor": harbor})
    return render_template("harbor.html", harbor=harbor, harbors=HARBORS, plot=plot)
