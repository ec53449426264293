import pytest
import torch

from masksearch.errors import TrainingError
from training.gradients import FiniteGradients


class State:
    global_step = 3


@pytest.mark.parametrize("wrong", [float("nan"), float("inf"), float("-inf")])
def test_one_element_that_is_no_number_stops_the_training(wrong):
    model = torch.nn.Linear(3, 2)
    for parameter in model.parameters():
        parameter.grad = torch.ones_like(parameter)
    check = FiniteGradients("sft")
    check.on_pre_optimizer_step(None, State, None, model=model)
    model.weight.grad[1, 2] = wrong
    with pytest.raises(TrainingError, match="gradient of step 4 is not a number"):
        check.on_pre_optimizer_step(None, State, None, model=model)
