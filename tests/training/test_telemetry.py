import os
import subprocess
import sys

import pytest

CHECK = "from huggingface_hub import constants; assert constants.HF_HUB_DISABLE_TELEMETRY"


@pytest.mark.parametrize(
    "first",
    ["import training.sft", "from training.quiet import quiet_libraries; quiet_libraries()"],
)
def test_no_library_tells_its_makers_of_a_training(first):
    names = ("HF_HUB_DISABLE_TELEMETRY", "HF_HUB_OFFLINE")
    env = {name: value for name, value in os.environ.items() if name not in names}
    subprocess.run([sys.executable, "-c", f"{first}; {CHECK}"], env=env, check=True)
