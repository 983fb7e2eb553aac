"""Devices that cannot be measured on, and those that somebody has."""

from dataclasses import replace
from importlib.util import find_spec

import pytest

from evaluators.gpu.device import DeviceBusy, DeviceMissing, Gpu, failures, held, open_gpu, refuse_busy
from evaluators.gpu.health import Reading

FREE = Reading("580.1", 0, 0, 345, 2619, 30, 70.0, ())


def gpu(uuid: str) -> Gpu:
    return Gpu("cuda", "NVIDIA H100 80GB HBM3", uuid, (9, 0), 1 << 36, 132, 50 << 20, 232_448, "", "", "", "")


def test_a_device_is_held_by_one_command_at_a_time(tmp_path: object, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    with held(gpu("one")):
        with pytest.raises(DeviceBusy, match="another adrs command measures"), held(gpu("one")):
            pass
        with held(gpu("two")):
            pass
    with held(gpu("one")):
        pass


@pytest.mark.skipif(find_spec("torch") is not None, reason="torch is installed here")
def test_without_torch_the_message_says_what_to_install() -> None:
    with pytest.raises(DeviceMissing, match=r"needs torch.*python -m pip install 'adrs\[gpu\]'"):
        open_gpu()


@pytest.mark.parametrize("reading", [replace(FREE, used_mb=30_000), replace(FREE, busy_percent=90)])
def test_a_device_in_use_is_refused(reading: Reading) -> None:
    refuse_busy(FREE)
    with pytest.raises(DeviceBusy, match="the GPU is in use"):
        refuse_busy(reading)


class OutOfMemoryError(RuntimeError):
    """Named as torch names it."""


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (OutOfMemoryError("tried to allocate 80 GiB"), "too small for this; take a larger GPU"),
        (RuntimeError("CUDA error: unspecified launch failure\nmore"), r"gave up \(CUDA error: unspecified"),
    ],
)
def test_what_a_device_refuses_is_said_in_one_sentence(error: RuntimeError, said: str) -> None:
    with pytest.raises(DeviceMissing, match=said), failures(gpu("one")):
        raise error


def test_a_defect_of_ours_stays_one() -> None:
    with pytest.raises(RuntimeError, match="a defect"), failures(gpu("one")):
        raise RuntimeError("a defect")


def test_the_name_of_a_model_is_a_file_name() -> None:
    assert gpu("one").slug == "nvidia-h100-80gb-hbm3"


def test_what_is_stored_of_a_device_has_no_serial_number() -> None:
    assert "serial" not in gpu("serial").machine().values()
