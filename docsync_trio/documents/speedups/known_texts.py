"""The functions of Bokeh that our replacements were written for, by digests of their text.

They are the same in all of Bokeh 3.9.0 to 3.9.2, and in all of 3.10.0 to 3.10.2. After a
new version has been read, `own_text.digest` gives what belongs here; the test of this
table names the functions that have changed.
"""

from typing import Final

KNOWN_TEXTS: Final[dict[str, tuple[str, ...]]] = {
    "bokeh.core.has_props.HasProps.__init__": ("8184f3bb9444",),
    "bokeh.core.has_props.HasProps.__setattr__": ("24282e78bd53",),
    "bokeh.core.has_props.HasProps._overridden_defaults": ("c3b1c82a295e",),
    "bokeh.core.has_props.HasProps.apply_theme": ("d2db20814767",),
    "bokeh.core.has_props.HasProps.dataspecs": ("0ebd40cc9a75",),
    "bokeh.core.has_props.HasProps.descriptors": ("023a69151c0c",),
    "bokeh.core.has_props.HasProps.properties": ("11d9586add23",),
    "bokeh.core.has_props.HasProps.properties_with_refs": ("88f0b1666e8b",),
    "bokeh.core.has_props.HasProps.properties_with_values": ("92019c49ae29",),
    "bokeh.core.has_props.HasProps.query_properties_with_values": ("e864a09d3846",),
    "bokeh.core.has_props.HasProps.set_from_json": ("533c5467a556",),
    "bokeh.core.has_props.HasProps.themed_values": ("668c1fc00de3",),
    "bokeh.core.has_props._PropertyInfo._initialize": ("89e2aff6701b",),
    "bokeh.core.has_props._PropertyInfo.properties": ("3ce0fde8d659",),
    "bokeh.core.has_props.is_DataModel": ("fa1168865bdd",),
    "bokeh.core.property.bases.ParameterizedProperty.__init__": (
        "ceda62d906f6",
        "52b8433de87f",
    ),
    "bokeh.core.property.bases.Property.__init__": ("3eafb45ffcf7",),
    "bokeh.core.property.bases.Property._copy_default": (
        "26ef2ec29516",
        "e2e745326242",
    ),
    "bokeh.core.property.bases.Property._may_have_unstable_default": ("0b35e4180bbe",),
    "bokeh.core.property.bases.Property._raw_default": (
        "57ea3e96d72e",
        "b4e1f249ec2d",
    ),
    "bokeh.core.property.bases.Property.matches": (
        "61522dd776ed",
        "c8307ec9d49d",
    ),
    "bokeh.core.property.bases.Property.prepare_value": (
        "3b28e94402c9",
        "8cafcfe88f92",
    ),
    "bokeh.core.property.bases.Property.themed_default": (
        "6285cc20a790",
        "74741f874296",
    ),
    "bokeh.core.property.container.ColumnData._hinted_value": (
        "9d7d012c61fd",
        "29b87e692774",
    ),
    "bokeh.core.property.container.ColumnData.wrap": (
        "a338ed30e8c9",
        "f8b26ce49068",
    ),
    "bokeh.core.property.container.Dict.validate": ("77a1789b3ab2",),
    "bokeh.core.property.container.Seq._is_seq": ("37237a68008c",),
    "bokeh.core.property.container.Seq._should_skip_item_validation": (
        "ec7259aaed59",
        "b07b26d3692d",
    ),
    "bokeh.core.property.container.Seq.validate": ("26df436e4c2a",),
    "bokeh.core.property.dataspec.DataSpec.__init__": (
        "c8e0149fc24b",
        "cc404c2c0466",
    ),
    "bokeh.core.property.descriptors.ColumnDataPropertyDescriptor.__set__": (
        "d1bef3b1b157",
        "373e07c6bea6",
    ),
    "bokeh.core.property.descriptors.PropertyDescriptor.__delete__": ("7ef0ccaaa605",),
    "bokeh.core.property.descriptors.PropertyDescriptor.__get__": (
        "964a346a10d9",
        "f07d841eeafd",
    ),
    "bokeh.core.property.descriptors.PropertyDescriptor._get": ("4a1853c83257",),
    "bokeh.core.property.descriptors.PropertyDescriptor._get_default": ("6173b5a328b1",),
    "bokeh.core.property.descriptors.PropertyDescriptor._notify_mutated": ("d8456eaad312",),
    "bokeh.core.property.descriptors.PropertyDescriptor._set": ("62af37352d06",),
    "bokeh.core.property.descriptors.PropertyDescriptor._set_value": ("58dcf4fe77db",),
    "bokeh.core.property.descriptors.PropertyDescriptor._trigger": (
        "37026d4d09cd",
        "3bbe592d7ee6",
        "8e16c2ee23e7",
    ),
    "bokeh.core.property.descriptors.PropertyDescriptor.class_default": (
        "14ba43782882",
        "ba3f7ff9e9fa",
    ),
    "bokeh.core.property.descriptors.PropertyDescriptor.get_value": ("9525faa6a347",),
    "bokeh.core.property.descriptors.PropertyDescriptor.has_unstable_default": (
        "2d569c98dc98",
        "5508a3739436",
    ),
    "bokeh.core.property.descriptors.PropertyDescriptor.instance_default": ("25b04bb55f48",),
    "bokeh.core.property.either.Either.__init__": (
        "46e5dc694c6b",
        "0a9c87a98e4d",
    ),
    "bokeh.core.property.wrappers.PropertyValueColumnData._stream": (
        "fe791dbdef5b",
        "9ac36cb10510",
    ),
    "bokeh.core.property.wrappers.PropertyValueContainer._notify_owners": ("8c267bdb26fa",),
    "bokeh.core.property.wrappers.PropertyValueDict._saved_copy": (
        "27395e209a54",
        "cb7dd5dd8d0a",
    ),
    "bokeh.core.serialization.Deserializer._resolve_type": ("f2c6e643e54d",),
    "bokeh.core.validation.check.check_integrity": ("aee521aa5fe9",),
    "bokeh.model.model.Model.trigger": ("d88b92521655",),
    "bokeh.models.sources.ColumnDataSource._stream": ("e4a9392e9875",),
    "bokeh.model.util.visit_immediate_value_references": ("94591d886aac",),
    "bokeh.model.util.visit_value_and_its_immediate_references": ("e018cc948291",),
    "bokeh.plotting._decorators.glyph_method": (
        "da4c6f9a8880",
        "bb2e38f78b90",
    ),
    "bokeh.plotting._decorators.marker_method": (
        "d9e3923e3a97",
        "058e2a46f275",
    ),
    "bokeh.util.callback_manager.PropertyCallbackManager.trigger": ("0925502cba99",),
}
