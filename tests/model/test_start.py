import pytest
import torch
from safetensors.torch import save_file
from torch import nn

from galexp.model.head import classify_in_float32
from galexp.model.normalize import NormalizedModel
from galexp.model.shallow_cnn import shallow_cnn
from galexp.model.small_cnn import SmallCNN
from galexp.model.start import read_weights, take_over
from galexp.model.xresnet import XResNet


class Task(nn.Module):
    """What a checkpoint of a run holds beside the network."""

    def __init__(self, network, outputs):
        super().__init__()
        bands = network.in_chans
        self.network = NormalizedModel(classify_in_float32(network), [0.4] * bands, [0.2] * bands)
        self.register_buffer("target_mean", torch.full((outputs,), 8.9))


def small(**arguments):
    return SmallCNN(**{"width": 8, "depth": 2, **arguments})


def make_run(folder, network, names=("last",)):
    (folder / "checkpoints").mkdir(parents=True)
    for name in names:
        state = Task(network, network.num_classes).state_dict()
        content = {"epoch": 3, "state_dict": state, "callbacks": {"LastCheckpoint": {"run": folder.name}}}
        torch.save(content, folder / "checkpoints" / f"{name}.ckpt")
    return folder


def start(network, path):
    state, _ = read_weights(path)
    take_over(network, state, path)
    return network


def equal(network, other, but=()):
    own, others = network.state_dict(), other.state_dict()
    return all(torch.equal(own[name], others[name]) for name in own if name not in but)


@torch.no_grad()
def test_a_run_is_taken_over_whole_where_everything_fits(tmp_path, capsys):
    source = small().train()
    source(torch.rand(4, 3, 16, 16))
    run = make_run(tmp_path / "run", source)
    network = start(small(), run)
    assert equal(network, source)
    images = torch.rand(2, 3, 16, 16)
    torch.testing.assert_close(network.eval()(images), source.eval()(images))
    assert capsys.readouterr().out == f"weights taken over from {run}: all of them as they are\n"


def test_the_best_checkpoint_of_a_run_comes_before_its_last(tmp_path):
    last, best = small(), small()
    run = make_run(tmp_path / "run", last)
    make_run(tmp_path / "other", best, ["best"])
    (tmp_path / "other" / "checkpoints" / "best.ckpt").rename(run / "checkpoints" / "best.ckpt")
    assert equal(start(small(), run), best)
    assert equal(start(small(), run / "checkpoints" / "last.ckpt"), last)


def test_a_classifier_with_other_outputs_stays_new_and_that_is_said(tmp_path, capsys):
    source, network = small(num_classes=1), small(num_classes=37)
    new = network.fc.weight.clone()
    start(network, make_run(tmp_path / "run", source))
    assert equal(network, source, but=("fc.weight", "fc.bias"))
    assert torch.equal(network.fc.weight, new)
    assert capsys.readouterr().out.endswith(": fc is new, with 37 outputs\n")


def test_the_hidden_layer_of_a_head_is_taken_over_with_the_body(tmp_path):
    source, network = shallow_cnn(num_classes=2, widths=[4, 8]), shallow_cnn(num_classes=3, widths=[4, 8])
    start(network, make_run(tmp_path / "run", source))
    assert torch.equal(network.head.hidden[2].weight, source.head.hidden[2].weight)
    assert network.head.fc.out_features == 3


@torch.no_grad()
@pytest.mark.parametrize(("before", "after"), [(3, 1), (1, 3), (2, 4)])
def test_the_first_convolution_answers_gray_images_as_it_did_before(tmp_path, before, after, capsys):
    source, network = small(in_chans=before).eval(), small(in_chans=after).eval()
    start(network, make_run(tmp_path / "run", source))
    gray = torch.rand(2, 1, 16, 16)
    shown = [gray.expand(-1, bands, -1, -1).contiguous() for bands in (before, after)]
    torch.testing.assert_close(network(shown[1]), source(shown[0]))
    said = f"blocks.0.0.weight adapted from [8, {before}, 3, 3] to [8, {after}, 3, 3]"
    assert said in capsys.readouterr().out


@pytest.mark.parametrize("suffix", [".pth", ".pt", ".bin", ".safetensors"])
def test_a_state_dict_may_lie_in_any_kind_of_file(tmp_path, suffix):
    source, path = small(), tmp_path / f"weights{suffix}"
    if suffix == ".safetensors":
        save_file(source.state_dict(), path)
    else:
        torch.save(source.state_dict(), path)
    assert equal(start(small(), path), source)


def test_prefixes_of_several_devices_and_of_compiling_are_no_obstacle(tmp_path):
    source, path = small(), tmp_path / "weights.pth"
    torch.save({f"module._orig_mod.{name}": value for name, value in source.state_dict().items()}, path)
    assert equal(start(small(), path), source)


def test_weights_without_a_classifier_leave_it_new(tmp_path, capsys):
    source, path = small(num_classes=0), tmp_path / "weights.pth"
    torch.save(source.state_dict(), path)
    assert equal(start(small(), path), source, but=("fc.weight", "fc.bias"))
    assert "fc is new" in capsys.readouterr().out


def test_a_network_without_a_classifier_takes_over_the_rest_of_one_with_it(tmp_path):
    source = small()
    assert equal(start(small(num_classes=0), make_run(tmp_path / "run", source)), source)


def test_what_a_task_holds_beside_its_network_is_left_out(tmp_path):
    state, is_of_a_run = read_weights(make_run(tmp_path / "run", small()))
    assert is_of_a_run
    assert state.keys() == small().state_dict().keys()


def test_weights_of_another_network_are_refused_with_what_differs(tmp_path):
    run = make_run(tmp_path / "run", small(width=4))
    with pytest.raises(ValueError, match=r"do not fit SmallCNN: blocks\.0\.0\.weight has shape \[4, 3, 3, 3\], expect"):
        start(small(), run)
    with pytest.raises(
        ValueError, match=r"do not fit SmallCNN: blocks\.2\.0\.weight is missing, .* and \d+ more; choo"
    ):
        start(small(depth=3), make_run(tmp_path / "other", small()))
    with pytest.raises(ValueError, match=r"stem\.0\.0\.weight is missing, blocks\.0\.0\.weight has no place"):
        start(XResNet([1, 1, 1, 1], 1), run)


def test_nothing_is_changed_by_weights_that_are_refused(tmp_path):
    network = small(depth=3)
    before = {name: value.clone() for name, value in network.state_dict().items()}
    with pytest.raises(ValueError, match="do not fit"):
        start(network, make_run(tmp_path / "run", small()))
    assert all(torch.equal(value, before[name]) for name, value in network.state_dict().items())


def test_a_place_without_weights_is_refused(tmp_path):
    with pytest.raises(FileNotFoundError, match="which is not there; give a run's folder, a file, or null"):
        read_weights(tmp_path / "nowhere.ckpt")
    with pytest.raises(FileNotFoundError, match=r"a folder without checkpoints/best\.ckpt or checkpoints/last\.ckpt"):
        read_weights(tmp_path)


@pytest.mark.parametrize("name", ["weights.pth", "weights.safetensors", "last.ckpt"])
def test_a_file_that_cannot_be_read_is_refused(tmp_path, name):
    (tmp_path / name).write_bytes(b"no weights")
    with pytest.raises(ValueError, match=rf"{name} cannot be read as weights \("):
        read_weights(tmp_path / name)


@pytest.mark.parametrize("content", [{"epoch": 3}, {"state_dict": {"w": 1.0}}, {}])
def test_a_file_without_a_state_dict_is_refused(tmp_path, content):
    torch.save(content, tmp_path / "weights.pth")
    with pytest.raises(ValueError, match="holds no state dict"):
        read_weights(tmp_path / "weights.pth")


class Foreign:
    """Something that only unpickling code could make."""


def test_a_file_that_would_run_code_is_refused(tmp_path):
    torch.save({"state_dict": Foreign()}, tmp_path / "weights.pth")
    with pytest.raises(ValueError, match="cannot be read as weights"):
        read_weights(tmp_path / "weights.pth")
