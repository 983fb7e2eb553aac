"""Attacks on files: to read, to change, to learn of them."""

from sandbox import Layer, Mode
from tests.sandbox.attacks.attack import Attack, Scene, answered, contains, guards

N, L, S, R = Layer.NAMESPACES, Layer.LANDLOCK, Layer.SECCOMP, Layer.RLIMITS
OWNER = frozenset({Layer.IDENTITY})
"""Stops what only the owner of a file may do, where the policy can be nobody."""

READ = (
    Attack("read a file", "return open(task.canary).read()", contains("CANARY"), guards(N, L), OWNER),
    Attack("read a system file", "return open('/etc/passwd').read()", contains("root:"), guards(N, L)),
    Attack(
        "read another run's database",
        "return open(task.store).read()",
        contains("ANOTHER"),
        guards(N, L),
        OWNER,
    ),
    Attack(
        "read the product's own source",
        "return open(task.product + '/evaluators/drive.py').read()",
        contains("measure_group"),
        guards(N, L),
        OWNER,
    ),
    Attack(
        "import the product",
        "import sys\nsys.path.insert(0, task.product)\nimport problems.base\nreturn problems.base.__doc__",
        contains("What a problem is"),
        guards(N, L),
        OWNER,
    ),
    Attack(
        "read how hidden instances are made",
        "return open(task.product + '/problems/txn/instances.py').read()",
        contains("def "),
        guards(N, L),
        OWNER,
    ),
    Attack(
        "read an installed package that is not allowed",
        "import numpy, os\nsite = os.path.dirname(os.path.dirname(numpy.__file__))\n"
        "return open(os.path.join(site, 'typer', '__init__.py')).read()",
        contains("Typer"),
        guards(N, L),
    ),
    Attack(
        "read by way of a link upwards",
        "return open('../../../../../../..' + task.canary).read()",
        contains("CANARY"),
        guards(N, L),
        OWNER,
    ),
    Attack(
        "read the parent's environment",
        "return open(f'/proc/{task.parent}/environ').read()",
        contains("PATH="),
        guards(N, L),
        OWNER,
    ),
    Attack(
        "read another process's environment",
        "return open(f'/proc/{task.victim}/environ').read()",
        contains("PATH="),
        guards(N, L),
        OWNER,
    ),
    Attack(
        "read its own memory map",
        "return open('/proc/self/maps').read()",
        contains(".so"),
        guards(N, L),
        OWNER,
    ),
    Attack(
        "write its own memory by a file",
        "open('/proc/self/mem', 'r+b')\nreturn 'opened'",
        answered("opened"),
        guards(N, L),
        OWNER,
    ),
)

LOOK = (
    Attack(
        "learn that a file exists, and its size",
        "import os\nreturn os.stat(task.canary).st_size",
        answered(6),
        guards(N),
        OWNER,
        accepted=frozenset({Mode.STRONG}),
    ),
    Attack(
        "list a folder",
        "import os\nreturn ' '.join(os.listdir(task.folder))",
        contains("canary"),
        guards(N, L),
        OWNER,
    ),
    Attack(
        "list all processes",
        "import os\nreturn ' '.join(os.listdir('/proc'))",
        contains("self"),
        guards(N, L),
    ),
    Attack(
        "go to another folder",
        "import os\nos.chdir(task.folder)\nreturn os.getcwd()",
        contains("/"),
        guards(N, S),
        OWNER,
    ),
)


def _changed(scene: Scene) -> bool:
    return scene.target.read_text() != "intact"


def _is_gone(scene: Scene) -> bool:
    return not scene.target.exists()


MADE = "task.folder + '/adrs-attack-made'"

CHANGE = (
    Attack("overwrite a file", "open(task.target, 'w').write('spoilt')", _changed, guards(N, L), OWNER),
    Attack(
        "fill the disk",
        "with open(task.target, 'ab') as f:\n    f.write(bytes(1 << 20))",
        lambda scene: scene.target.stat().st_size >= 1 << 20,
        guards(N, L, R),
        OWNER,
    ),
    Attack(
        "fill a folder with files",
        f"for i in range(300):\n    open({MADE} + str(i), 'x').close()",
        lambda scene: len(list(scene.target.parent.glob("adrs-attack-made*"))) == 300,
        guards(N, L),
        OWNER,
    ),
    Attack("delete a file", "import os\nos.unlink(task.target)", _is_gone, guards(N, L, S), OWNER),
    Attack("rename a file", f"import os\nos.rename(task.target, {MADE})", _is_gone, guards(N, L, S), OWNER),
    Attack("cut a file short", "import os\nos.truncate(task.target, 0)", _changed, guards(N, L, S), OWNER),
    Attack(
        "open up a file",
        "import os\nos.chmod(task.target, 0o777)",
        lambda scene: scene.target.stat().st_mode & 0o777 == 0o777,
        guards(N, S),
        OWNER,
    ),
    Attack(
        "change a file's time",
        "import os\nos.utime(task.target, (7, 7))",
        lambda scene: scene.target.stat().st_mtime == 7,
        guards(N, S),
        OWNER,
    ),
    Attack(
        "make a symbolic link, and write through it",
        f"import os\nos.symlink(task.target, {MADE})\nopen({MADE}, 'w').write('spoilt')",
        lambda scene: (scene.target.parent / "adrs-attack-made").is_symlink(),
        guards(N, L, S),
        OWNER,
    ),
    Attack(
        "make a hard link",
        f"import os\nos.link(task.target, {MADE})",
        lambda scene: scene.target.stat().st_nlink == 2,
        guards(N, L, S),
        OWNER,
    ),
    Attack(
        "make a folder",
        f"import os\nos.mkdir({MADE})",
        lambda scene: (scene.target.parent / "adrs-attack-made").is_dir(),
        guards(N, L, S),
        OWNER,
    ),
    Attack(
        "make a pipe with a name",
        f"import os\nos.mkfifo({MADE})",
        lambda scene: (scene.target.parent / "adrs-attack-made").is_fifo(),
        guards(N, L, S),
        OWNER,
    ),
    Attack(
        "open an installed package to write",
        "import numpy\nopen(numpy.__file__, 'r+').close()\nreturn 'opened'",
        answered("opened"),
        guards(N, L),
        OWNER,
    ),
    Attack(
        "find any place to leave a file",
        "import os\nfor folder in ('/tmp', '/dev/shm', '/var/tmp', task.folder, os.getcwd()):\n"
        "    try:\n        open(folder + '/adrs-attack-made', 'x').close()\n        return 'left'\n"
        "    except OSError:\n        pass",
        answered("left"),
        guards(N, L),
    ),
)

FILES = (*READ, *LOOK, *CHANGE)
