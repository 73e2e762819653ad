"""Network files: what they give, and the whole message of every mistake."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from software_ref.file_options import ReduceOptions
from software_ref.network_file import NetworkFile, read_network_file

ROOT = Path(__file__).parents[2]
NETWORK = """
[network]
layers = [8, 4, 4]
out_degree = [1, 2]
parallelism = [4, 2]
"""


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "net.toml"


def read(path: Path, text: str) -> NetworkFile:
    path.write_text(text)
    return read_network_file(path)


def refused(path: Path, text: str, error: type[Exception], message: str) -> None:
    with pytest.raises(
        error, match=f"^{re.escape(f'{path}: {message}'.replace('{path}', str(path)))}$"
    ):
        read(path, text)


def test_only_the_network_needs_to_be_given(path: Path) -> None:
    file = read(path, NETWORK)
    network = file.network
    assert (network.layers, network.out_degree, network.parallelism) == ((8, 4, 4), (1, 2), (4, 2))
    assert network.competing == 4
    assert str(network.format) == "(1,3,8)"
    assert (network.activation.hidden, network.activation.relu_cap) == ("sigmoid", None)
    connections = network.connections
    assert (connections.kind, connections.dither, connections.seed) == ("seed_per_sweep", False, 1)
    assert (file.training.epochs, file.training.rate_exponent) == (1, ((0, 4),))
    assert (file.target.dsp_budget, file.target.dsp_blocks) == (None, 240)
    assert file.max_rate_exponent == 7
    assert (file.name, file.folder) == ("net", path.parent)


def test_every_key_reaches_its_place(path: Path) -> None:
    file = read(
        path,
        NETWORK
        + """classes = 3
        [format]
        integer = 2
        fraction = 6
        stored_fraction = 9
        activation_fraction = 5
        [update]
        random_bits = 12
        seed = 3
        [activation]
        hidden = "relu"
        relu_cap = 1.5
        [connections]
        kind = "free"
        dither = true
        seed = 7
        [data]
        name = "images.npz"
        train = 100
        test = 50
        options = { seed = 2 }
        [training]
        epochs = 3
        seed = 5
        shuffle = true
        rate_exponent = [[0, 2], [2, 9]]
        [target]
        device = "xc7a100t"
        dsp_budget = 12
        max_rate_exponent = 5
        """,
    )
    assert file.network.competing == 3
    fmt = file.network.format
    assert (fmt.integer, fmt.fraction, fmt.extra_bits, fmt.activation_shift) == (2, 6, 3, 1)
    assert (file.network.update.random_bits, file.network.update.seed) == (12, 3)
    assert file.network.activation.function.cap_raw(file.network.format) == 96
    connections = file.network.connections
    assert (connections.kind, connections.dither, connections.seed) == ("free", True, 7)
    data = file.data
    assert (data.name, data.train, data.test, dict(data.options)) == (
        "images.npz",
        100,
        50,
        {"seed": 2},
    )
    training = file.training
    assert (training.epochs, training.seed, training.shuffle) == (3, 5, True)
    assert [training.rate_exponent_at(epoch) for epoch in range(4)] == [2, 2, 9, 9]
    # The hardware carries the schedule's largest k, whatever the target asks for.
    assert (file.target.dsp_blocks, file.max_rate_exponent) == (12, 9)


@pytest.mark.parametrize(
    "example", sorted((ROOT / "examples").glob("*.toml")), ids=lambda p: p.stem
)
def test_every_example_is_a_legal_network_file(example: Path) -> None:
    file = read_network_file(str(example))
    assert file.name == example.stem


def test_a_missing_file_is_an_os_error(path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        read_network_file(path)


def test_bad_toml_names_the_file_and_the_place(path: Path) -> None:
    message = "Expected '=' after a key in a key/value pair (at line 2, column 8)"
    refused(path, "[network]\nlayers [8, 4]\n", ValueError, message)


def test_bytes_that_are_no_text_name_the_file(path: Path) -> None:
    path.write_bytes(b"# one\n[net\xe9work]")
    message = f"{path}: line 2 must be UTF-8 text, but holds the byte 0xe9"
    with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
        read_network_file(path)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "the file must have a [network] table"),
        ("[format]\nfraction = 6\n", "the file must have a [network] table"),
        (NETWORK + "[trainning]\n", "unknown table 'trainning'; did you mean training?"),
        (
            NETWORK + "[zzz]\n",
            "unknown table 'zzz'; known: network, format, activation, connections, update, "
            "rewire, data, training, target",
        ),
        (
            "epochs = 3\n" + NETWORK,
            "unknown table 'epochs'; known: network, format, activation, "
            "connections, update, rewire, data, training, target",
        ),
        (NETWORK + "class = 3\n", "unknown [network] key 'class'; did you mean classes?"),
        (
            NETWORK + "format = 3\n",
            "unknown [network] key 'format'; known: layers, out_degree, parallelism, classes",
        ),
        (
            NETWORK + "[format]\nfractions = 8\n",
            "unknown [format] key 'fractions'; did you mean fraction?",
        ),
        (
            NETWORK + "[training]\npath = 8\n",
            "unknown [training] key 'path'; known: epochs, seed, shuffle, rate_exponent",
        ),
        (
            "[network]\nlayers = [8, 4]\nout_degree = [1]\n",
            "[network] must have the key parallelism",
        ),
        (
            "[network]\nclasses = 3\nlayers = [8, 4]\nout_degree = [1, -2]\n",
            "[network] must have the key parallelism\n{path}: out_degree[1] must be at least 1, "
            "not -2",
        ),
    ],
)
def test_unknown_and_missing_keys(path: Path, text: str, message: str) -> None:
    refused(path, text, ValueError, message)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("network = 3\n", "[network] must be a table, not 3"),
        ("format = 3\n" + NETWORK, "[format] must be a table, not 3"),
        ("data = [1]\n" + NETWORK, "[data] must be a table, not [1]"),
        (
            NETWORK.replace("[8, 4, 4]", "[8, 4.0, 4]"),
            "layers[1] must be an integer, not 4.0",
        ),
        (NETWORK.replace("[1, 2]", "2"), "out_degree must be a list of integers, not 2"),
        (NETWORK + "classes = '3'\n", "classes must be an integer, not '3'"),
        (NETWORK + "[format]\ninteger = 3.0\n", "format integer must be an integer, not 3.0"),
        (
            NETWORK + "[connections]\ndither = 1\n",
            "connections dither must be true or false, not 1",
        ),
        (
            NETWORK + "[connections]\nseed = 'x'\n",
            "connections seed must be an integer, not 'x'",
        ),
        (NETWORK + "[data]\nname = 3\n", "data name must be a string, not 3"),
        (NETWORK + "[data]\ntrain = 1.5\n", "data train must be an integer, not 1.5"),
        (NETWORK + "[data]\noptions = 3\n", "data options must be a table, not 3"),
        (NETWORK + "[training]\nepochs = true\n", "training epochs must be an integer, not True"),
        (NETWORK + "[training]\nseed = 1.0\n", "training seed must be an integer, not 1.0"),
        (NETWORK + "[training]\nshuffle = 0\n", "training shuffle must be true or false, not 0"),
        (
            NETWORK + "[training]\nrate_exponent = 3\n",
            "training rate_exponent must be a list of [first epoch, k] pairs, not 3",
        ),
        (
            NETWORK + "[training]\nrate_exponent = []\n",
            "training rate_exponent must be a list of [first epoch, k] pairs, not []",
        ),
        (
            NETWORK + "[training]\nrate_exponent = [0, 3]\n",
            "training rate_exponent must be a list of [first epoch, k] pairs, not 0",
        ),
        (
            NETWORK + "[training]\nrate_exponent = [[0, 3, 1]]\n",
            "training rate_exponent must be a list of [first epoch, k] pairs, not [0, 3, 1]",
        ),
        (
            NETWORK + "[training]\nrate_exponent = [[0, 3.5]]\n",
            "training rate_exponent must be an integer, not 3.5",
        ),
        (
            NETWORK + "[training]\nrate_exponent = [[0, 1], [2, 2], 3]\n",
            "training rate_exponent must be a list of [first epoch, k] pairs, not 3",
        ),
        (NETWORK + "[target]\ndsp_budget = '9'\n", "target dsp_budget must be an integer, not '9'"),
    ],
)
def test_wrong_kinds(path: Path, text: str, message: str) -> None:
    refused(path, text, TypeError, message)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            NETWORK.replace("[4, 2]", "[3, 2]"),
            "parallelism of junction 1 must divide its 8 left neurons, not 3; "
            "nearest legal parallelism: 2 or 4",
        ),
        (
            NETWORK + "[format]\ninteger = 0\n",
            "format integer must be at least 1, not 0: an input of 1.0 must fit",
        ),
        (
            NETWORK + "[activation]\nhidden = 'tanh'\n",
            'activation hidden must be "sigmoid" or "relu", not \'tanh\'',
        ),
        (
            NETWORK + "[connections]\nkind = 'random'\n",
            'connections kind must be one of "shared_seed", "seed_per_sweep", "free", not '
            "'random'",
        ),
        (NETWORK + "[connections]\nseed = -1\n", "connections seed must be at least 0, not -1"),
        (NETWORK + "[data]\ntrain = 0\n", "data train must be at least 1, not 0"),
        (NETWORK + "[data]\ntest = -5\n", "data test must be at least 1, not -5"),
        (NETWORK + "[training]\nepochs = 0\n", "training epochs must be at least 1, not 0"),
        (NETWORK + "[training]\nseed = -1\n", "training seed must be at least 0, not -1"),
        (
            NETWORK + "[training]\nrate_exponent = [[0, -1]]\n",
            "training rate_exponent must be at least 0, not -1",
        ),
        (
            NETWORK + "[training]\nrate_exponent = [[1, 3]]\n",
            "training rate_exponent must start at epoch 0 and list its epochs in rising order, "
            "not [1]",
        ),
        (
            NETWORK + "[training]\nrate_exponent = [[0, 3], [4, 4], [4, 5]]\n",
            "training rate_exponent must start at epoch 0 and list its epochs in rising order, "
            "not [0, 4, 4]",
        ),
        (
            NETWORK + "[training]\nrate_exponent = [[0, 3], [5, 32]]\n",
            "training rate_exponent must be at most 31, not 32",
        ),
        (
            NETWORK + "[target]\npipeline = 3\n",
            'target pipeline must be one of "shallow", "medium", "deep", not 3',
        ),
        (
            NETWORK + "[target]\ndevice = 'xc7a50t'\n",
            'target device must be one of "xc7a100t", "xc7a35t", "xc7z020", "lfe5u-85f", '
            '"lfe5u-45f", "lfe5u-25f", not \'xc7a50t\'',
        ),
        (NETWORK + "[target]\ndsp_budget = -1\n", "target dsp_budget must be at least 0, not -1"),
        (
            NETWORK + "[target]\ndevice = 'lfe5u-85f'\ndsp_budget = 240\n",
            "target dsp_budget must be at most 156, all DSP blocks of lfe5u-85f, not 240",
        ),
        (
            NETWORK + "[target]\nmax_rate_exponent = 32\n",
            "target max_rate_exponent must be at most 31, not 32",
        ),
        *(
            (
                NETWORK + f"[target]\nclock_mhz = {clock}\n",
                f"target clock_mhz must be above 0 and at most 1000, not {clock}",
            )
            for clock in ("nan", "inf", "1000.5")
        ),
    ],
)
def test_inconsistent_values(path: Path, text: str, message: str) -> None:
    refused(path, text, ValueError, message)


def test_the_largest_values_are_legal(path: Path) -> None:
    target = "[target]\ndsp_budget = 240\nmax_rate_exponent = 31\nclock_mhz = 1000\n"
    file = read(path, NETWORK + target + "[training]\nrate_exponent = [[0, 31], [2, 4]]\n")
    assert (file.target.dsp_blocks, file.target.clock_mhz) == (240, 1000)
    assert file.training.largest_rate_exponent == file.max_rate_exponent == 31


def test_a_reduction_of_the_features(path: Path) -> None:
    file = read(path, NETWORK + '[data.reduce]\nmethod = "pca"\nfeatures = 8\n')
    assert file.data.reduce == ReduceOptions(method="pca", features=8)
    assert file.data.name == "digits"
    assert read(path, NETWORK).data.reduce is None


@pytest.mark.parametrize(
    ("lines", "error", "message"),
    [
        ("features = 4", ValueError, "[data.reduce] must have the key method"),
        ('method = "pca"', ValueError, "[data.reduce] must have the key features"),
        (
            'method = "pca"\nfeatures = 4\nfeature = 3',
            ValueError,
            "unknown [data.reduce] key 'feature'; did you mean features?",
        ),
        (
            'method = "svd"\nfeatures = 4',
            ValueError,
            'data.reduce method must be one of "pca", "tokens", "chi2", "spectrum", not \'svd\'',
        ),
        (
            "method = []\nfeatures = 4",
            TypeError,
            "data.reduce method must be a string, not []",
        ),
        (
            'method = "pca"\nfeatures = 0',
            ValueError,
            "data.reduce features must be at least 1, not 0",
        ),
        (
            'method = "pca"\nfeatures = 2.0',
            TypeError,
            "data.reduce features must be an integer, not 2.0",
        ),
        (
            'method = "pca"\nfeatures = 9',
            ValueError,
            "data.reduce features must be at most the 8 inputs of the network, not 9",
        ),
    ],
)
def test_wrong_reductions_are_refused(
    path: Path, lines: str, error: type[Exception], message: str
) -> None:
    refused(path, f"{NETWORK}[data.reduce]\n{lines}\n", error, message)


def test_a_reduction_that_is_no_table_is_refused(path: Path) -> None:
    message = "[data.reduce] must be a table, not 'pca'"
    refused(path, NETWORK + '[data]\nreduce = "pca"\n', TypeError, message)
