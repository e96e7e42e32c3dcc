"""One treatment that holds everything a text can hold, in three scripts; its words are bicycles."""

from tests import factories
from treatments.models import Page

BODY = (
    '<div class="in-short"><p>Brakes stop a bicycle. Squeeze both levers.</p></div>'
    '<div class="emergency"><h2>Stop riding</h2><p>Ring the workshop if a cable breaks.</p></div>'
    '<div class="urgent"><p>Ring the workshop today if a lever sticks.</p></div>'
    "<h2>How it works</h2><p>A cable pulls two arms together.{cite} They press on the rim, and "
    '<a href="/treatments/">other parts</a> do other things: see <a href="https://example.org/a/'
    'very/long/address/that/does/not/fit/on/a/small/screen/at/all">the maker’s page</a>.</p>'
    '<div class="callout"><p>Wet rims need <strong>twice</strong> the way to stop.</p></div>'
    "<h3>Looking after it</h3>"
    '<ol class="steps"><li>Wash the rim.</li><li>Dry it.<p>With a cloth.</p></li></ol>'
    '<ul class="do"><li>Squeeze gently.</li></ul>'
    '<ul class="do-not"><li>Do not oil the rim.</li></ul>'
    "<ul><li>Pads<ul><li>Rubber</li></ul></li></ul>"
    '<div class="details"><h3>How pads are made</h3><p>Of rubber, and cork before that.</p></div>'
    '<table class="comparison"><caption>Kinds of brake</caption><thead><tr><td></td>'
    '<th scope="col">Rim brake</th><th scope="col">Disc brake</th></tr></thead><tbody>'
    '<tr><th scope="row">Where it grips</th><td>The rim</td><td>A disc at the hub</td></tr>'
    '<tr><th scope="row">In the rain</th><td>Worse</td><td>The same</td></tr></tbody></table>'
    "<blockquote><p>Two brakes are better than one.</p></blockquote>"
    '<p lang="ar" dir="rtl">الفرامل توقف الدراجة. اضغط على المقبضين معًا.</p>'
    '<p lang="zh-Hans">刹车使自行车停下。请同时捏住两个把手。</p>'
    "{figure}"
    "<p>Wheelchairmanufacturersassociationmembershipcertificatenumberregister.</p>"
)


def make_everything():
    """The treatment, live, under the seed's topic. Returns its edition."""
    reference = factories.make_reference("wheeler-2001", url="https://example.org/wheeler-2001/")
    cite = f'<cite data-reference="{reference.key}">Wheeler 2001</cite>'
    topic = Page.objects.get(kind="topic")
    page = factories.make_treatment(topic=topic, slug="everything", position=99, tags=["brakes"])
    image = factories.make_image(factories.drawn(1600, 1000), credit="Photo: A. Wheeler")
    figure = factories.showing(image, caption="A wheel that turns.")
    body = BODY.format(cite=cite, figure=figure)
    return factories.make_live(page, title="Brakes of all kinds", body=body)
