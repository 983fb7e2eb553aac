"""What is advised, by what is known of the place."""

import pytest

from sandbox.facts import Facts
from sandbox.layers import Layer, LayerMissing, Mode
from sandbox.remedies import of_watch, refusal, refusals, remedies, sentence

CLONE, RESTRICT = "kernel.unprivileged_userns_clone", "kernel.apparmor_restrict_unprivileged_userns"
GVISOR = "Linux version 4.4.0 #1 SMP Sun Jan 10 15:06:54 PST 2016"
WSL1 = "Linux version 4.4.0-19041-Microsoft (Microsoft@Microsoft.com) (gcc version 5.4.0 (GCC) ) #1237"
WSL2 = "Linux version 4.19.104-microsoft-standard (oe-user@oe-host) (gcc version 8.2.0 (GCC)) #1 SMP"
DOCKER = Facts(root=True, filtered=True, container="docker")


@pytest.mark.parametrize(
    ("facts", "first"),
    [
        (Facts(settings={CLONE: 0}), f"sysctl -w {CLONE}=1`; to keep it, `printf '%s\\n' {CLONE}=1 |"),
        (Facts(settings={RESTRICT: 1}), "AppArmor profile"),
        (Facts(settings={"user.max_user_namespaces": 0}), "sysctl -w user.max_user_namespaces=15000`"),
        (Facts(root=True, settings={"user.max_net_namespaces": 0}), "sysctl -w user.max_net_namespaces="),
        (DOCKER, "docker run --user 1000 --security-opt seccomp=unconfined"),
        (Facts(filtered=True, container="docker"), "docker run --security-opt seccomp=unconfined"),
        (Facts(filtered=True, container="podman"), "podman run --security-opt seccomp=unconfined"),
        (Facts(filtered=True, container="kubernetes"), "seccompProfile: {type: Unconfined}}"),
        (Facts(filtered=True), "SystemCallFilter="),
        (Facts(root=True), "CAP_SYS_ADMIN"),
        (
            Facts(kernel=(5, 10)),
            "upgrade the kernel: a read-only file tree needs Linux 5.12, and this is 5.10",
        ),
        (Facts(kernel=(5, 10), container="docker"), "upgrade the host's kernel"),
        (Facts(version=GVISOR, container="docker", filtered=True), "--runtime=runc"),
        (Facts(version="Linux version 4.19.0-gvisor #1 SMP"), "--runtime=runc"),
        (Facts(), "allow user namespaces"),
    ],
)
def test_namespaces(facts: Facts, first: str) -> None:
    found = remedies(Layer.NAMESPACES, facts)
    assert first in str(found[0])
    assert "--sandbox strong" in str(found[-1])


@pytest.mark.parametrize(
    ("facts", "first"),
    [
        (Facts(kernel=(5, 10), landlock="ENOSYS"), "Landlock needs Linux 5.13, and this is 5.10"),
        (
            Facts(landlock="EOPNOTSUPP", security_modules=("lockdown", "capability", "yama", "apparmor")),
            "lsm=landlock,lockdown,yama,apparmor to GRUB_CMDLINE_LINUX",
        ),
        (Facts(landlock="EOPNOTSUPP"), "lsm=landlock,... (the list that you have now)"),
        (Facts(landlock="EPERM", filtered=True), "allow the three landlock_ calls"),
        (Facts(landlock="ENOSYS"), "CONFIG_SECURITY_LANDLOCK=y"),
        (Facts(version=GVISOR, kernel=(4, 4), landlock="ENOSYS"), "--runtime=runc"),
    ],
)
def test_landlock(facts: Facts, first: str) -> None:
    found = remedies(Layer.LANDLOCK, facts)
    assert first in str(found[0])
    assert "--sandbox weak" in str(found[-1])


@pytest.mark.parametrize(
    ("facts", "first"),
    [
        (Facts(kernel=(4, 9)), "needs Linux 4.14"),
        (Facts(filtered=True), "allow the call seccomp"),
        (Facts(), "CONFIG_SECCOMP_FILTER=y"),
    ],
)
def test_seccomp(facts: Facts, first: str) -> None:
    found = remedies(Layer.SECCOMP, facts)
    assert first in str(found[0])
    assert "--sandbox none" in str(found[-1])


@pytest.mark.parametrize("layer", [Layer.NAMESPACES, Layer.LANDLOCK, Layer.SECCOMP])
@pytest.mark.parametrize(
    ("facts", "first"),
    [
        (Facts(system="Darwin", architecture="arm64"), "virtual machine with Linux"),
        (Facts(version=WSL1, kernel=(4, 4)), "wsl --set-version"),
        (Facts(architecture="riscv64"), "64-bit Python on x86_64 or aarch64"),
        (Facts(architecture="x86_64", pointer_bits=32), "64-bit Python"),
        (Facts(proc=False), "mount -t proc proc /proc"),
    ],
)
def test_a_place_that_has_no_layer_is_named_before_any_setting(
    layer: Layer, facts: Facts, first: str
) -> None:
    assert first in str(remedies(layer, facts)[0])


def test_where_no_layer_can_be_had_the_only_other_mode_is_none() -> None:
    found = remedies(Layer.NAMESPACES, Facts(architecture="riscv64"))
    assert str(found[-1]).startswith("take --sandbox none (price: ")


@pytest.mark.parametrize("layer", Layer)
def test_without_proc_no_mode_is_offered_and_no_layer_has_another_remedy(layer: Layer) -> None:
    (only,) = remedies(layer, Facts(proc=False))
    assert "mount -t proc proc /proc" in only.do


def test_the_second_wsl_is_a_kernel_like_any_other() -> None:
    assert "wsl" not in sentence(remedies(Layer.LANDLOCK, Facts(version=WSL2, landlock="ENOSYS")))


def test_root_needs_no_namespace_of_users() -> None:
    settings = {CLONE: 0, RESTRICT: 1, "user.max_user_namespaces": 0}
    found = sentence(remedies(Layer.NAMESPACES, Facts(root=True, administrator=True, settings=settings)))
    assert "sysctl -w" not in found


def test_where_users_may_make_no_namespaces_a_containers_root_is_not_sent_to_be_one() -> None:
    found = remedies(
        Layer.NAMESPACES, Facts(root=True, filtered=True, container="docker", settings={RESTRICT: 1})
    )
    assert "--cap-add SYS_ADMIN" in str(found[0])
    assert "--user" not in sentence(found)


def test_a_setting_in_a_container_is_one_of_its_host() -> None:
    facts = Facts(container="docker", settings={CLONE: 0})
    assert "(in a container: on its host)" in str(remedies(Layer.NAMESPACES, facts)[0])


def test_where_both_a_filter_and_a_setting_forbid_one_remedy_names_both() -> None:
    facts = Facts(filtered=True, container="docker", settings={CLONE: 0})
    first = str(remedies(Layer.NAMESPACES, facts)[0])
    assert "docker run --security-opt seccomp=unconfined" in first
    assert f"and on its host `sudo sysctl -w {CLONE}=1`" in first


def test_settings_that_forbid_together_are_set_together() -> None:
    facts = Facts(settings={"user.max_pid_namespaces": 0, CLONE: 0})
    first = str(remedies(Layer.NAMESPACES, facts)[0])
    assert f"sysctl -w user.max_pid_namespaces=15000 {CLONE}=1`" in first


LACKING = LayerMissing(Layer.LANDLOCK, "refused")


def test_modes_that_lack_the_same_are_refused_in_one_breath() -> None:
    (told,) = refusals({Mode.FULL: LACKING, Mode.STRONG: LACKING})
    assert told.startswith("modes full and strong are not to be had: landlock: refused; adrs doctor")


def test_modes_that_lack_different_things_are_refused_one_by_one() -> None:
    first, second = refusals({Mode.FULL: LayerMissing(Layer.NAMESPACES, "one"), Mode.STRONG: LACKING})
    assert first.startswith("mode full is not to be had: namespaces: one; ")
    assert second.startswith("mode strong is not to be had: landlock: refused; ")


def test_a_refusal_ends_with_the_likeliest_remedy_and_the_weaker_mode_to_ask_for() -> None:
    told = refusal({Mode.FULL: LayerMissing(Layer.NAMESPACES, "refused")}, DOCKER)
    assert "; start the container by `docker run --user 1000 " in told
    assert "--cap-add" not in told
    assert told.endswith("; or " + str(remedies(Layer.NAMESPACES, DOCKER)[-1]))


def test_whatever_weakens_the_machine_states_its_price() -> None:
    facts = Facts(root=True, filtered=True, container="docker")
    for remedy in remedies(Layer.NAMESPACES, facts):
        assert "(price: " in str(remedy)


@pytest.mark.parametrize("layer", Layer)
def test_every_layer_has_a_remedy_everywhere(layer: Layer) -> None:
    assert all(remedy.do for remedy in remedies(layer, Facts()))
    assert remedies(layer, Facts())


def test_an_old_kernel_cannot_close_every_descriptor_at_once() -> None:
    assert "needs Linux 5.9" in str(remedies(Layer.DESCRIPTORS, Facts(kernel=(5, 8)))[0])


def test_an_old_kernel_holds_no_process() -> None:
    assert "needs Linux 5.3" in sentence(of_watch(Facts(kernel=(5, 0))))
