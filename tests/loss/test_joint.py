"""Claims about the loss of several networks that are trained together."""

import math

import pytest
import torch

from galexp.loss.joint import JointLoss


def terms(**values):
    return {part: torch.tensor(value, requires_grad=True) for part, value in values.items()}


def rows(values, **counts):
    return {part: torch.tensor(counts.get(part, 4)) for part in values}


def test_in_its_first_batch_every_part_counts_by_its_weight_and_afterwards_in_units_of_it():
    loss = JointLoss(image=1.0, vae=2.0, classifier=0.5)
    first = terms(fcae=0.02, vae=50.0, classifier=4.0)
    assert loss(first, rows(first)).item() == pytest.approx(3.5)
    torch.testing.assert_close(loss.first, torch.tensor([0.02, 50.0, 4.0]))
    later = terms(fcae=0.01, vae=5.0, classifier=4.0)
    assert loss(later, rows(later)).item() == pytest.approx(0.5 + 0.2 + 0.5)
    torch.testing.assert_close(loss.first, torch.tensor([0.02, 50.0, 4.0]))


def test_the_slopes_are_those_of_the_parts_over_their_first_values():
    loss = JointLoss(vae=3.0)
    values = terms(fcae=0.5, vae=8.0)
    loss(values, rows(values)).backward()
    assert [value.grad.item() for value in values.values()] == [2.0, 0.375]


def test_a_part_without_rows_in_the_first_batch_waits_for_one_that_has_some():
    loss = JointLoss()
    values = terms(fcae=0.5, classifier=0.0)
    assert loss(values, rows(values, classifier=0)).item() == 1.0
    assert loss.first.tolist() == [0.5, 0.0, 0.0]
    later = terms(fcae=0.5, classifier=7.0)
    assert loss(later, rows(later)).item() == pytest.approx(2.0)
    assert loss.first[2] == 7


def test_two_ranks_have_the_first_value_and_the_slopes_of_one_that_has_all_rows(monkeypatch):
    shares = [(torch.tensor([0.2, 6.0]), torch.tensor([3, 1])), (torch.tensor([0.6, 0.0]), torch.tensor([3, 0]))]
    totals = sum(torch.stack([value * count, count.float()]) for value, count in shares)
    monkeypatch.setattr("torch.distributed.is_initialized", lambda: True)
    monkeypatch.setattr("torch.distributed.get_world_size", lambda: 2)
    monkeypatch.setattr("torch.distributed.all_reduce", lambda found: found.copy_(totals))
    slopes, values = [], []
    for value, count in shares:
        loss = JointLoss()
        own = terms(fcae=value[0].item(), classifier=value[1].item())
        found = loss(own, {"fcae": count[0], "classifier": count[1]})
        found.backward()
        values.append(found.item())
        slopes.append([one.grad.item() for one in own.values()])
        torch.testing.assert_close(loss.first, torch.tensor([0.4, 0.0, 6.0]))
    assert sum(values) / 2 == pytest.approx(2.0)
    # Of six images three are on each rank, and the only label is on the first.
    assert slopes == [[pytest.approx(1 / 0.4), pytest.approx(2 / 6)], [pytest.approx(1 / 0.4), 0.0]]


def test_means_over_rows_are_weighed_alike_and_those_of_no_rows_left_out():
    loss = JointLoss(vae=2.0)
    values = terms(fcae=0.5, vae=8.0)
    loss(values, rows(values))
    found = {"fcae": torch.tensor(0.25), "vae": torch.tensor(4.0), "classifier": torch.tensor(math.nan)}
    assert loss.weigh(found).item() == pytest.approx(0.5 + 1.0)


def test_first_values_are_saved():
    before, after = JointLoss(), JointLoss()
    values = terms(fcae=0.5)
    before(values, rows(values))
    after.load_state_dict(before.state_dict())
    assert after(terms(fcae=0.25), rows(values)).item() == 0.5


@pytest.mark.parametrize("name", ["image", "vae", "classifier", "dissimilarity"])
@pytest.mark.parametrize("weight", [-1.0, math.inf, math.nan])
def test_a_weight_that_is_none_is_refused(name, weight):
    with pytest.raises(ValueError, match=rf"loss\.{name} is .*; expected a number of at least 0"):
        JointLoss(**{name: weight})
