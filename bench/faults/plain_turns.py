"""Greedy turns with transformers alone: `python plain_turns.py MODEL PROMPTS.json TOKENS`.

Prints JSON: of each prompt the tokens that followed, and what the model was read as. It imports
nothing of ours, so that any version of transformers can run it.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path


def main(model_folder: str, prompts_file: str, most: str) -> None:
    """Load, continue each prompt as text, print."""
    import torch
    import transformers
    from transformers import AutoModelForCausalLM, AutoTokenizer

    tokenizer = AutoTokenizer.from_pretrained(model_folder)
    model = AutoModelForCausalLM.from_pretrained(model_folder, dtype=torch.float32).eval()
    said = []
    for messages in json.loads(Path(prompts_file).read_text("utf-8")):
        text = tokenizer.apply_chat_template(messages, tokenize=False, add_generation_prompt=True)
        asked = tokenizer(text, add_special_tokens=False, return_tensors="pt")
        whole = model.generate(**asked, max_new_tokens=int(most), do_sample=False)
        new = whole[0, asked["input_ids"].shape[1] :].tolist()
        said.append({"ids": new, "text": tokenizer.decode(new, skip_special_tokens=True)})
    ends = model.generation_config.eos_token_id
    told = {"version": transformers.__version__, "ends": ends, "said": said}
    sys.stdout.write(json.dumps(told) + "\n")


if __name__ == "__main__":
    main(*sys.argv[1:])
