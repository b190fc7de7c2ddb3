"""Each rule of tidy catches what it is there for, and leaves alone what only looks like it."""

import unittest

import floors
import layout
import linker
import words
from tidy import Exceptions, findings_of
from tree import Tree


def found(rule, files):
    return [(finding.path, finding.line) for finding in findings_of(Tree(files), [rule])]


class Floors(unittest.TestCase):
    def test_an_include_that_points_up_is_found(self):
        self.assertEqual(
            found(
                floors.includes,
                {"src/net/tcp.hpp": '#include "base/list.hpp"\n#include "http/url.hpp"\n'},
            ),
            [("src/net/tcp.hpp", 2)],
        )

    def test_floors_side_by_side_do_not_see_each_other(self):
        self.assertEqual(
            found(floors.includes, {"src/twiml/value.hpp": '#include "callflow/flow.hpp"\n'}),
            [("src/twiml/value.hpp", 1)],
        )

    def test_pivot_serve_is_a_house_of_its_own(self):
        self.assertEqual(
            found(
                floors.includes,
                {
                    "tools/pivot/serve/calls/why.cpp": '#include "pivot/serve/service/log.hpp"\n'
                    '#include "pivot/serve/api/api.hpp"\n'
                    '#include "execute/contract.hpp"\n',
                    "tools/pivot/serve/kazoo/line.cpp": '#include "pivot/serve/asterisk/line.hpp"\n',
                    "tools/pivot/serve.cpp": '#include "pivot/serve/api/api.hpp"\n',
                },
            ),
            [("tools/pivot/serve/calls/why.cpp", 2), ("tools/pivot/serve/kazoo/line.cpp", 1)],
        )

    def test_a_switch_sees_the_public_face_and_no_call(self):
        self.assertEqual(
            found(
                floors.includes,
                {
                    "src/switches/toy/toy.hpp": '#include "http/url.hpp"\n#include <pivot/channel.hpp>\n'
                    '#include "execute/contract.hpp"\n'
                },
            ),
            [("src/switches/toy/toy.hpp", 3)],
        )

    def test_tests_of_a_floor_build_without_those_above(self):
        self.assertEqual(
            found(
                floors.includes,
                {
                    "tests/http/url_test.cpp": '#include "peers/http_peer.hpp"\n#include "session/session.hpp"\n'
                },
            ),
            [("tests/http/url_test.cpp", 2)],
        )

    def test_the_public_face_includes_nothing_of_src(self):
        self.assertEqual(
            found(
                floors.includes,
                {
                    "include/pivot/call.hpp": '#include <pivot/failure.hpp>\n#include "base/text.hpp"\n'
                },
            ),
            [("include/pivot/call.hpp", 2)],
        )

    def test_an_include_does_not_climb(self):
        self.assertEqual(
            found(floors.includes, {"tests/net/host_test.cpp": '#include "../exact.hpp"\n'}),
            [("tests/net/host_test.cpp", 1)],
        )

    def test_a_commented_include_of_a_public_header_in_quotes_is_named(self):
        self.assertEqual(
            found(floors.includes, {"src/abi/request.cpp": '#include "pivot/call.hpp"\n'}),
            [("src/abi/request.cpp", 1)],
        )

    def test_tools_include_what_they_need(self):
        self.assertEqual(
            found(
                floors.includes,
                {"tools/pivot/run.cpp": '#include "engine/lane.hpp"\n#include "pivot/run.hpp"\n'},
            ),
            [],
        )

    def test_a_namespace_is_that_of_its_folder(self):
        self.assertEqual(
            found(
                floors.namespaces,
                {"src/execute/verbs/say.cpp": "namespace pivot::execute {\nint x;\n}\n"},
            ),
            [("src/execute/verbs/say.cpp", 1)],
        )

    def test_other_namespaces_are_declared_forward_or_implement_the_public_face(self):
        self.assertEqual(
            found(
                floors.namespaces,
                {
                    "src/net/tcp.hpp": "namespace pivot::reactor {\nclass Ring;\n}\nnamespace pivot::net {\nclass Tcp {};\n}\n",
                    "src/exchange/call.cpp": "#include <pivot/call.hpp>\nnamespace pivot {\nint x;\n}\n",
                },
            ),
            [],
        )

    def test_public_types_are_not_declared_forward(self):
        self.assertEqual(
            found(
                floors.forward_declarations,
                {
                    "include/pivot/engine.hpp": "class PIVOT_API Engine {\n};\n",
                    "src/execute/live_call.hpp": "class Engine;\nclass Contract;\n",
                },
            ),
            [("src/execute/live_call.hpp", 1)],
        )

    def test_a_base_name_is_there_once_on_a_floor(self):
        self.assertEqual(
            found(
                floors.base_names,
                {
                    "src/execute/record.hpp": "",
                    "src/execute/record.cpp": "",
                    "src/execute/verbs/record.cpp": "",
                    "src/session/record.cpp": "",
                },
            ),
            [("src/execute/verbs/record.cpp", 1)],
        )

    def test_an_internal_header_is_not_called_as_a_public_one(self):
        self.assertEqual(
            found(
                floors.base_names,
                {
                    "include/pivot/call.hpp": "",
                    "src/execute/call.hpp": "",
                    "src/exchange/call.cpp": "",
                },
            ),
            [("src/execute/call.hpp", 1)],
        )


class Layout(unittest.TestCase):
    def test_a_long_line_is_found_but_not_in_a_raw_string(self):
        self.assertEqual(
            found(
                layout.long_lines,
                {"src/a.cpp": "x" * 101 + "\n" + "y" * 100 + "\n" + 'f(R"(' + "z" * 100 + ')");\n'},
            ),
            [("src/a.cpp", 1)],
        )

    def test_columns_are_characters(self):
        self.assertEqual(found(layout.long_lines, {"src/a.cpp": "// " + "▲" * 97 + "\n"}), [])

    def test_a_file_with_an_odd_name_is_found(self):
        files = {"tests/http/a (copy).txt": "", "tools/a\x01b": "", "docs/an-odd_one.1.md": ""}
        self.assertEqual(
            [path for path, _ in found(layout.file_names, files)],
            ["tests/http/a (copy).txt", "tools/a\x01b"],
        )

    def test_a_header_without_its_purpose_is_found(self):
        self.assertEqual(
            found(
                layout.purposes,
                {
                    "src/a.hpp": "#pragma once\n",
                    "src/b.hpp": "// B\n",
                    "src/c.hpp": "// A list of things to do.\n",
                },
            ),
            [("src/a.hpp", 1), ("src/b.hpp", 1)],
        )

    def test_a_source_that_is_not_built_is_found(self):
        self.assertEqual(
            found(
                layout.builds,
                {
                    "src/x/meson.build": "files('a.cpp', 'room/b.cpp')",
                    "src/x/a.cpp": "",
                    "src/x/room/b.cpp": "",
                    "src/x/c.cpp": "",
                    "tests/x/meson.build": "foreach name : ['d']",
                    "tests/x/d.cpp": "",
                    "tests/x/e_test.py": "",
                },
            ),
            [("src/x/c.cpp", 1), ("tests/x/e_test.py", 1)],
        )

    def test_a_public_header_that_is_not_installed_is_found(self):
        self.assertEqual(
            found(
                layout.builds,
                {
                    "include/pivot/meson.build": "'call.hpp'",
                    "include/pivot/call.hpp": "",
                    "include/pivot/new.hpp": "",
                },
            ),
            [("include/pivot/new.hpp", 1)],
        )

    def test_a_co_await_that_decides_is_found(self):
        self.assertEqual(
            found(
                layout.coroutines,
                {
                    "src/a.cpp": "if (co_await f()) g();\nwhile (!co_await f(h())) {}\nok = a && co_await f();\n"
                    "const auto x = co_await f();\nif (x) {\n    co_await f();\n}\n// if (co_await f())\n"
                },
            ),
            [("src/a.cpp", 1), ("src/a.cpp", 2), ("src/a.cpp", 3)],
        )

    def test_braces_in_a_co_await_are_found(self):
        self.assertEqual(
            found(
                layout.coroutines,
                {
                    "src/a.cpp": "co_await f(Options{1});\nco_await f(\n    [x] { return x; });\nco_await f(x);\nif (y) { g(); }\n"
                },
            ),
            [("src/a.cpp", 1), ("src/a.cpp", 3)],
        )

    def test_a_drawing_that_was_reflowed_is_found(self):
        arrow = "//   submit everything, wait for the kernel or the next timer ─► reap completions ─► fire"
        self.assertEqual(
            found(
                layout.drawings,
                {"src/a.hpp": f"// A turn:\n//\n{arrow}\n//   what is due\n// Text.\n"},
            ),
            [("src/a.hpp", 4)],
        )
        self.assertEqual(
            found(layout.drawings, {"src/a.hpp": f"{arrow}\n//\n// Text that goes on.\n"}), []
        )

    def test_a_link_to_nothing_is_found(self):
        self.assertEqual(
            found(
                layout.links,
                {
                    "README.md": "[a](docs/a.md) [b](docs/b.md)\n[c](docs/a.md#the-house) [d](docs/a.md#elsewhere) [e](https://example.com/x)\n",
                    "docs/a.md": "## The house\n",
                },
            ),
            [("README.md", 1), ("README.md", 2)],
        )

    def test_a_test_that_a_page_names_is_looked_for(self):
        self.assertEqual(
            found(
                layout.named_tests,
                {
                    "tests/x/a_test.cpp": "TEST_F(Dial, it_rings)\n{\n}\n",
                    "docs/a.md": "`Dial, it_rings`\n`Dial, it_sings`\n",
                },
            ),
            [("docs/a.md", 2)],
        )

    def test_code_that_a_page_names_is_looked_for(self):
        self.assertEqual(
            found(
                layout.named_code,
                {
                    "src/execute/contract.hpp": "class LiveCall {};\n",
                    "docs/design.md": "LiveCall, `execute/contract.hpp`\nDeadCall\n`execute/compact.hpp`\n",
                    "docs/a.md": "DeadCall\n",
                },
            ),
            [("docs/design.md", 2), ("docs/design.md", 3)],
        )


class Words(unittest.TestCase):
    def lines(self, text, path="src/a.cpp"):
        return [line for _, line in found(words.words, {path: text})]

    def test_forbidden_words_are_found(self):
        for text in (
            "// What comes behind it.",
            'f("x is none");',
            "// what\n// is\n// none",
            "// He hangs up.",
            "/* the caller and his keys */",
            "// Of a stream.",
            "// Null: there is none.",
            "int x;  // Of a stream",
            "// The one who asks.",
            'f("a value that cannot be, too");',
            'f("99 is no status");',
            "// Sent beside the call.",
            "// The time-out.",
        ):
            self.assertTrue(self.lines(text + "\n"), text)

    def test_the_line_is_that_of_the_word(self):
        self.assertEqual(self.lines("int x;\n// This is what\n// comes behind.\n"), [3])

    def test_good_english_is_left_alone(self):
        for text in (
            "// Returns null: there is none.",
            "// A host behind a NAT.",
            "// It leaves nothing behind.",
            "int behind = 1;",
            "// The others.",
            "// There is no text.",
            "// It is no longer there.",
            "// This is history.",
            'const char* s = "the";',
        ):
            self.assertEqual(self.lines(text + "\n"), [], text)

    def test_strings_of_tests_are_what_customers_send(self):
        self.assertEqual(self.lines('f("behind");\n', "tests/x/a_test.cpp"), [])
        self.assertEqual(self.lines("// behind\n", "tests/x/a_test.cpp"), [1])

    def test_names_of_tests_are_sentences_and_read_as_such(self):
        self.assertEqual(
            self.lines(
                "TEST_F(Dial, what_comes_behind_it)\nTEST(Dial, it_leaves_nothing_behind)\n",
                "tests/x/a_test.cpp",
            ),
            [1],
        )
        self.assertEqual(
            self.lines(
                "class A:\n    def test_he_hangs_up(self):\n        pass\n", "tests/x/a_test.py"
            ),
            [2],
        )

    def test_comments_of_python_are_read_but_not_its_strings(self):
        text = '"""What comes behind."""\nx = "behind"\n# his\ndef f():\n    """Of f."""\n'
        self.assertEqual(self.lines(text, "tools/demo/a.py"), [1, 3, 5])

    def test_pages_are_read_but_not_their_code(self):
        self.assertEqual(
            self.lines(
                "The caller and his keys.\n`behind`\n```\nbehind\n```\nbehind\n", "docs/a.md"
            ),
            [1, 6],
        )


class Linker(unittest.TestCase):
    """Reads what lld prints, as `tools/test tidy` has it print."""

    def setUp(self):
        self.symbols = linker.Symbols.__new__(linker.Symbols)
        self.symbols.readable = {
            "_ZN1a": "pivot::net::Tcp::close(pivot::reactor::Reactor&)",
            "_ZN1b": "pivot::net::(anonymous namespace)::is_digit(char)",
            "_ZN1c": "pivot::http::is_digit(char)",
            "_ZN1d": "pivot::net::Tcp::~Tcp()",
            "_ZN1e": "pivot::net::Tcp::Tcp()",
            "_ZN1f": "pivot::Task<int>::await()",
            "_ZN1g": "pivot::net::Tcp::close(int) [clone .cleanup]",
            "_ZN1h": "std::string::size()",
        }
        self.symbols.sizes = {name: 100 for name in self.symbols.readable}

    def test_a_function_without_a_caller_is_found_and_not_what_a_compiler_wrote(self):
        text = "".join(
            f"removing unused section src/libpivot.a(net_tcp.cpp.o):(.text.{name})\n"
            for name in self.symbols.readable
        )
        text += "removing unused section src/libpivot.a(net_tcp.cpp.o):(.rodata._ZN1a)\n"
        self.assertEqual(
            linker.unused(text, self.symbols),
            ["pivot::http::is_digit", "pivot::net::Tcp::close", "pivot::net::is_digit"],
        )

    def test_functions_that_are_the_same_are_found_unless_they_are_small(self):
        text = (
            "selected section src/libpivot.a(x.cpp.o):(.text._ZN1b)\n"
            "  removing identical section src/libpivot.a(y.cpp.o):(.text._ZN1c)\n"
            "selected section src/libpivot.a(x.cpp.o):(.text._ZN1a)\n"
            "  removing identical section src/libpivot.a(y.cpp.o):(.text._ZN1h)\n"
        )
        self.assertEqual(
            linker.identical(text, self.symbols),
            [["pivot::http::is_digit", "pivot::net::is_digit"]],
        )
        self.symbols.sizes["_ZN1c"] = 10
        self.assertEqual(linker.identical(text, self.symbols), [])


class ListOfExceptions(unittest.TestCase):
    def test_an_exception_needs_a_reason_and_a_use(self):
        held = Exceptions(
            "allowed.txt",
            "words | src/a.cpp | // Behind it.\n\n# It is a wall.\nwords | src/b.cpp | // Behind it.\n",
        )
        finding = findings_of(Tree({"src/a.cpp": "// Behind it.\n"}), [words.words])[0]
        self.assertTrue(held.hold(finding))
        self.assertEqual(
            [fault.split(": ")[0] for fault in held.without_reason()], ["allowed.txt:1"]
        )
        self.assertEqual([fault.split(": ")[0] for fault in held.without_use()], ["allowed.txt:4"])


if __name__ == "__main__":
    unittest.main()
