"""Pieces that break one promise each."""

from __future__ import annotations

from typing import Final

from .fault import GOOD_ACTION, SERVICE, TRIGGER_PIECE, Fault, action_piece, whole_piece

OWN_KIND: Final = """
class Iban(ShortText):
    kind = "IBAN"
"""
_STAMP: Final = """
class Stamp(Number):
    numbers = itertools.count()

    def coerce(self, raw):
        return raw + next(self.numbers)
"""
_LAX: Final = """
class Lax(Number):
    def parse_absent(self):
        return 0
"""
_LOADER: Final = """
def options(context) -> DropdownState[str]:
    return DropdownState(options=[DropdownOption(context.auth.upper(), "x")])  # HERE
"""


FAULTS: Final = (
    Fault(
        name="raises",
        rule="imports",
        says="ValueError: no such luck",
        hint="try it alone by `python -c 'import piece_raises'`",
        source='raise ValueError("no such luck")  # HERE',
    ),
    Fault(
        name="lacks-a-package",
        rule="imports",
        says="`no_such_package` is not installed here",
        hint="`pip install` the package that brings `no_such_package`",
        source="import no_such_package  # HERE",
    ),
    Fault(
        name="misspelt",
        rule="imports",
        says="is not valid Python",
        hint="correct the syntax of that line",
        source="from . import other",
        other_module="\nauth = = 1  # HERE\n",
        file="piece_misspelt/other.py",
    ),
    Fault(
        name="misdeclared",
        rule="imports",
        says="2 actions are named `act`",
        hint="correct the declaration",
        source=GOOD_ACTION
        + """
piece = create_piece(  # HERE
    display_name="Cone", logo_url="", auth=auth, actions=[act, act], triggers=[]
)
""",
    ),
    Fault(
        name="connects",
        rule="import-opens-no-socket",
        says="127.0.0.1",
        source=whole_piece(
            "try:\n"
            "    socket.create_connection(('127.0.0.1', 9), 1)  # HERE\n"
            "except OSError:\n    pass"
        ),
    ),
    Fault(
        name="connects-and-fails",
        rule="import-opens-no-socket",
        says="example.com",
        source=whole_piece("socket.create_connection(('example.com', 9), 1)  # HERE"),
    ),
    Fault(
        name="spawns",
        rule="import-starts-no-process",
        says="subprocess.Popen",
        source=whole_piece('subprocess.run([sys.executable, "-c", ""], check=True)  # HERE'),
    ),
    Fault(
        name="writes",
        rule="import-writes-no-file",
        says="left-behind.txt",
        source=whole_piece('Path("left-behind.txt").write_text("x")  # HERE'),
    ),
    Fault(
        name="prints",
        rule="import-prints-nothing",
        says="'hello'",
        source=whole_piece('print("hello")  # HERE'),
    ),
    Fault(
        name="misnumbered",
        rule="definition-is-consistent",
        says="'1.0'",
        source=whole_piece(""),
        version="1.0",
        file="pyproject.toml",
    ),
    Fault(
        name="misnamed",
        rule="definition-is-consistent",
        says="the distribution `piece-other` does not end with the entry point's name `misnamed`",
        source=whole_piece(""),
        distribution="piece-other",
        file="pyproject.toml",
    ),
    Fault(
        name="elsewhere",
        rule="definition-is-consistent",
        says="which is another folder",
        source='sys.path.insert(0, str(Path(__file__).parents[2] / "misnamed"))\n'
        "from piece_misnamed import piece\n",
        file="pyproject.toml",
    ),
    Fault(
        name="dated",
        rule="metadata-is-json",
        says="`metadata.deprecated.since` is `date`",
        source=whole_piece("", options=', deprecated={"since": date(2026, 1, 1)}'),
        file="pyproject.toml",
    ),
    Fault(
        name="has-no-metadata",
        rule="metadata-is-json",
        says="writing it raised ZeroDivisionError",
        source="class Odd(ShortText):\n    def metadata(self):\n        return 1 / 0\n"
        + action_piece(
            "raise RetryableError('no')", props='"odd": Odd(display_name="Odd")'
        ).replace('@create_action(name="act"', '@create_action(  # HERE\n    name="act"', 1),
    ),
    Fault(
        name="shuffled",
        rule="metadata-is-stable",
        says="`metadata.authors[",
        source=whole_piece("", options=', authors=list({*"abcdefghijklmnop"})'),
        file="pyproject.toml",
    ),
    Fault(
        name="own-kind",
        rule="metadata-loads",
        says="the property `iban` of `act`",
        source=OWN_KIND
        + action_piece("raise RetryableError('no')", props='"iban": Iban(display_name="IBAN")'),
        file="pyproject.toml",
    ),
    Fault(
        name="validates-untyped",
        rule="auth-fails-typed",
        says="`validate` raised gaierror",
        source="""
def validate(context):
    socket.create_connection(("example.com", 443), 1)  # HERE

auth = PieceAuth.SecretText(display_name="Key", validate=validate)
"""
        + whole_piece(""),
    ),
    Fault(
        name="validates-aloud",
        rule="secrets-stay-secret",
        says="`validate` repeats the credentials",
        source="""
auth = PieceAuth.SecretText(
    display_name="Key",
    validate=lambda context: AuthValidation(valid=False, error=f"{context.auth} is wrong"),
)
"""
        + whole_piece(""),
        file="pyproject.toml",
    ),
    Fault(
        name="stamps",
        rule="props-round-trip",
        part="act",
        says="`stamp` parses to",
        source=_STAMP
        + action_piece(
            "raise RetryableError('no')", props='"stamp": Stamp(display_name="Stamp")'
        ).replace('@create_action(name="act"', '@create_action(  # HERE\n    name="act"', 1),
    ),
    Fault(
        name="lax",
        rule="required-props-are-asked-for",
        part="act",
        says="`level` is required, and a run without it is not refused",
        source=_LAX
        + action_piece(
            "raise RetryableError('no')",
            props='"level": Lax(display_name="Level", required=True)',
        ).replace('@create_action(name="act"', '@create_action(  # HERE\n    name="act"', 1),
    ),
    Fault(
        name="expects",
        rule="optional-props-may-be-missing",
        part="act",
        says="without `topping`, `run` raised AttributeError",
        source=action_piece(
            "return {'a': context.props_value['topping'].upper()}  # HERE",
            props='"size": Property.ShortText(display_name="Size"),'
            ' "topping": Property.ShortText(display_name="Topping")',
        ),
    ),
    Fault(
        name="loads-with-auth-only",
        rule="options-load-without-auth",
        part="act",
        says="the loader of `shop` raised AttributeError",
        source=_LOADER
        + action_piece(
            "raise RetryableError('no')",
            props='"shop": Property.Dropdown(display_name="S", options=options, refreshers=[])',
        ),
    ),
    Fault(
        name="loads-a-list",
        rule="options-load-without-auth",
        part="act",
        says="returned `list`, not a `DropdownState`",
        source="def options(context):\n    return []\n"
        + action_piece(
            "raise RetryableError('no')",
            props='"shop": Property.Dropdown(display_name="S", options=options, refreshers=[])',
        ).replace('@create_action(name="act"', '@create_action(  # HERE\n    name="act"', 1),
    ),
    Fault(
        name="unlike-in-kind",
        rule="sample-data-fits",
        part="notice",
        says="`sample_data.id` is text, and its schema says `number`",
        source="""
@create_trigger(  # HERE
    name="notice", display_name="Notice", description="", strategy=TriggerStrategy.POLLING,
    sample_data={"id": "one"},
    output_schema=OutputSchema(fields=[OutputField(key="id", format="number")]),
)
async def notice(context):
    return []
"""
        + TRIGGER_PIECE,
    ),
    Fault(
        name="unlike",
        rule="sample-data-fits",
        part="notice",
        says="`sample_data` lacks `id`",
        source="""
@create_trigger(  # HERE
    name="notice", display_name="Notice", description="", strategy=TriggerStrategy.POLLING,
    sample_data={"name": "x"}, output_schema=OutputSchema(fields=[OutputField(key="id")]),
)
async def notice(context):
    return []
"""
        + TRIGGER_PIECE,
    ),
    Fault(
        name="crashes",
        rule="run-offline",
        part="act",
        says="with all properties, `run` raised KeyError: 'nothing'",
        hint="mend that line",
        source=action_piece("return {}['nothing']  # HERE"),
    ),
    Fault(
        name="returns-objects",
        rule="run-offline",
        part="act",
        says="`output.a` is `object`",
        hint="return text, numbers, lists",
        source=action_piece("return {'a': object()}").replace(
            '@create_action(name="act"', '@create_action(  # HERE\n    name="act"', 1
        ),
    ),
    Fault(
        name="polls-untyped",
        rule="run-offline",
        part="notice",
        says="`on_enable` raised ConnectionRefusedError",
        source="""
@create_trigger(
    name="notice", display_name="Notice", description="", strategy=TriggerStrategy.POLLING,
    sample_data=1,
)
async def notice(context):
    return []

@notice.on_enable
def enable(context):
    with socket.socket() as tried:
        tried.connect(("127.0.0.1", 9))  # HERE
"""
        + TRIGGER_PIECE,
    ),
    Fault(
        name="tells",
        rule="secrets-stay-secret",
        part="act",
        says="the error of `run` repeats a secret",
        source=action_piece("raise FatalError(f'the key {context.auth} is wrong')  # HERE"),
    ),
    Fault(
        name="tells-by-its-cause",
        rule="secrets-stay-secret",
        part="act",
        says="what led to the error of `run` repeats a secret: FatalError",
        hint="drops what led to it",
        source=action_piece(
            "raise FatalError('failed') from ValueError('bad ' + context.auth)  # HERE"
        ),
    ),
    Fault(
        name="tells-by-its-context",
        rule="secrets-stay-secret",
        part="act",
        says="what led to the error of `run` repeats a secret: FatalError",
        hint="drops what led to it",
        source=action_piece(
            "try:\n        raise ExceptionGroup('all', [ValueError('bad ' + context.auth)])\n"
            "    except ExceptionGroup:\n        raise FatalError('failed')  # HERE"
        ),
    ),
    Fault(
        name="knows-one-auth",
        rule="run-offline",
        part="act",
        says="with all properties and the auth `Login`, `run` raised AttributeError",
        hint="mend that line",
        source="auth = (auth, PieceAuth.BasicAuth(display_name='Login',"
        " username=AuthField(display_name='U'), password=AuthField(display_name='P')))\n"
        + action_piece("return {'a': context.auth.upper()}  # HERE"),
    ),
    Fault(
        name="tells-one-auth",
        rule="secrets-stay-secret",
        part="act",
        says="the error of `run` repeats a secret",
        source="auth = (auth, PieceAuth.BasicAuth(display_name='Login',"
        " username=AuthField(display_name='U'), password=AuthField(display_name='P')))\n"
        + action_piece("raise FatalError(getattr(context.auth, 'password', 'no'))  # HERE"),
    ),
    Fault(
        name="stores-bytes",
        rule="run-offline",
        part="act",
        says="`run` raised StoreError: the value of store key `k` is not JSON",
        hint="mend that line",
        source=action_piece("await context.store.put('k', b'x')  # HERE"),
    ),
    Fault(
        name="raises-the-unreadable",
        rule="run-offline",
        part="act",
        says="`run` raised Mute, whose text cannot be read",
        hint="mend that line",
        source="class Mute(FatalError):\n    def __str__(self):\n        raise KeyError('x')\n"
        + action_piece("raise Mute('no')  # HERE"),
    ),
    Fault(
        name="raises-the-unreadable-at-once",
        rule="imports",
        says="Mute, whose text cannot be read",
        hint="try it alone",
        source="class Mute(BaseException):\n    def __str__(self):\n        raise KeyError('x')\n"
        "    __repr__ = __str__\nraise Mute  # HERE\n",
    ),
    Fault(
        name="forges-a-verdict",
        rule="run-offline",
        part="act",
        says="`act` wrote into the suite's own pipe",
        hint="write to no descriptor that the piece has not opened",
        source=action_piece(
            "for descriptor in range(3, 20):\n"
            "        try:\n"
            '            os.write(descriptor, b\'{"kind": "verdict", "verdict": {}}\\n\')\n'
            "        except OSError:\n            pass\n"
            "    raise RetryableError('no')"
        ).replace('@create_action(name="act"', '@create_action(  # HERE\n    name="act"', 1),
    ),
    Fault(
        name="fails-live",
        rule="run-against-service",
        part="act",
        says="`act` raised ValueError: *** fails",
        hint="mend that line",
        source=action_piece(
            "if context.props_value['mode'] == 'live':\n"
            "        raise ValueError(f'{context.auth} fails')  # HERE\n"
            "    return {}",
            props='"mode": Property.ShortText(display_name="Mode")',
        ),
        conftest=SERVICE,
    ),
    Fault(
        name="is-refused",
        rule="run-against-service",
        part="act",
        says="it raised Refused: no entry",
        hint="give a connection that the service takes in `auth`",
        source="class Refused(FatalError):\n    status = 401\n"
        + action_piece("raise Refused('no entry')  # HERE"),
        conftest=SERVICE.replace('        props={"mode": "live"},\n', ""),
    ),
    Fault(
        name="asks-for-more",
        rule="run-against-service",
        part="act",
        says="it raised PropsError: `level`",
        hint="give good values of `level` for `act` in `part_props`",
        source=action_piece(
            "return {}",
            props='"mode": Property.ShortText(display_name="M"),'
            ' "level": Property.Number(display_name="L", required=True)',
        ).replace('@create_action(name="act"', '@create_action(  # HERE\n    name="act"', 1),
        conftest=SERVICE,
    ),
    Fault(
        name="returns-another-kind",
        rule="run-against-service",
        part="act",
        says="`output.a` is text, and its schema says `number`",
        hint="return what the schema says, or correct the schema",
        source="from pydantic import BaseModel, Field\n\n"
        "class Cone(BaseModel):\n    a: int\n"
        + action_piece(
            "if context.props_value['mode'] != 'live':\n"
            "        raise FatalError('no')\n"
            "    return Cone.model_construct(a='one')",
            props='"mode": Property.ShortText(display_name="Mode")',
        )
        .replace("dict[str, str]", "Cone")
        .replace('@create_action(name="act"', '@create_action(  # HERE\n    name="act"', 1),
        conftest=SERVICE,
    ),
    Fault(
        name="unlike-live",
        rule="life-against-service",
        part="notice",
        says="lacks `id`, which the sample data has",
        hint="correct `sample_data`",
        source="""
@create_trigger(  # HERE
    name="notice", display_name="Notice", description="", strategy=TriggerStrategy.POLLING,
    props={"mode": Property.ShortText(display_name="Mode")}, sample_data={"id": 1},
)
async def notice(context):
    return [{"name": "x"}] if context.props_value["mode"] == "live" else []
"""
        + TRIGGER_PIECE,
        conftest=SERVICE,
    ),
)
