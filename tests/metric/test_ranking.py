import pytest
import torch
from sklearn.metrics import average_precision_score, roc_auc_score
from torchmetrics.functional.classification import binary_auroc, binary_average_precision

from galexp.metric.ranking import area_under_precision, area_under_roc, found_down_the_ranking


@pytest.fixture
def ranking():
    """Return scores with many ties and with hardly any, and members."""
    generator = torch.Generator().manual_seed(0)
    is_member = torch.rand(300, 3, generator=generator) < torch.tensor([0.02, 0.23, 0.9])
    scores = torch.rand(300, 3, generator=generator, dtype=torch.float64) + 0.3 * is_member
    return torch.stack([(5 * scores[:, 0]).round() / 5, scores[:, 1], scores[:, 2]], 1) / 1.5, is_member


def test_areas_are_those_of_scikit_learn_and_of_torchmetrics(ranking):
    for area, sklearn, torchmetrics in [
        (area_under_roc, roc_auc_score, binary_auroc),
        (area_under_precision, average_precision_score, binary_average_precision),
    ]:
        pairs = [(score, member) for score, member in zip(*(each.T for each in ranking), strict=True)]
        found = area(*ranking)
        assert found.tolist() == pytest.approx([sklearn(member, score) for score, member in pairs], rel=1e-12)
        assert found.tolist() == pytest.approx([torchmetrics(*pair).item() for pair in pairs], rel=1e-5)


def test_the_area_under_the_roc_is_the_share_of_pairs_in_order_and_half_of_those_that_tie(ranking):
    for score, member, found in zip(*(each.T for each in ranking), area_under_roc(*ranking), strict=True):
        difference = score[member][:, None] - score[~member]
        assert found.item() == pytest.approx(((difference > 0).double() + (difference == 0) / 2).mean().item())


def test_rows_of_one_score_are_passed_together():
    scores = torch.tensor([0.1, 0.7, 0.7, 0.7, 0.9])[:, None]
    is_member = torch.tensor([1, 0, 1, 0, 1])[:, None].bool()
    found, passed = found_down_the_ranking(scores, is_member)
    assert found[:, 0].tolist() == [1, 2, 2, 2, 3]
    assert passed[:, 0].tolist() == [1, 4, 4, 4, 5]


def test_a_class_without_members_or_without_others_has_no_area(ranking):
    scores, _ = ranking
    nobody, everybody = torch.zeros(300, 3, dtype=torch.bool), torch.ones(300, 3, dtype=torch.bool)
    assert area_under_roc(scores, nobody).isnan().all()
    assert area_under_roc(scores, everybody).isnan().all()
    assert area_under_precision(scores, nobody).isnan().all()
    torch.testing.assert_close(area_under_precision(scores, everybody), torch.ones(3, dtype=torch.float64))


def test_only_the_order_of_the_scores_counts(ranking):
    scores, is_member = ranking
    assert torch.equal(area_under_roc(scores.exp(), is_member), area_under_roc(scores, is_member))
