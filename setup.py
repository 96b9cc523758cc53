"""Package metadata, all of it read from `settings.ini`, where nbdev keeps it."""
from configparser import ConfigParser
from pathlib import Path
from setuptools import setup

here = Path(__file__).parent
ini = ConfigParser(delimiters=["="])
ini.read(here/"settings.ini", encoding="utf-8")
cfg = ini["DEFAULT"]

STATUS = {1: "Planning", 2: "Pre-Alpha", 3: "Alpha", 4: "Beta", 5: "Production/Stable", 6: "Mature", 7: "Inactive"}
LICENCES = {"apache2": "Apache-2.0"}       # nbdev's name -> SPDX, which replaces the licence classifiers
HOMES = dict(tunes="data/midi", results="data/results", logs="data/runs", recipes="data/recipes") # in the checkout
LENT = {f"{cfg['lib_path']}.{name}": folder for name, folder in HOMES.items()
        if (here/folder).is_dir()} # they have one home; a wheel carries them beside the modules
PYTHONS = ["3.10", "3.11", "3.12", "3.13"] # the versions that CI tests

status = int(cfg["status"])
setup(
    name=cfg["lib_name"],
    version=cfg["version"],
    description=cfg["description"],
    long_description=(here/"README.md").read_text(encoding="utf-8"),
    long_description_content_type="text/markdown",
    author=cfg["author"],
    author_email=cfg["author_email"],
    url=cfg["git_url"],
    project_urls={"Source": cfg["git_url"], "Issues": f"{cfg['git_url']}/issues"},
    license=LICENCES[cfg["license"]],
    keywords=cfg["keywords"].split(),
    classifiers=[
        f"Development Status :: {status} - {STATUS[status]}",
        f"Intended Audience :: {cfg['audience']}",
        "Intended Audience :: Science/Research",
        f"Natural Language :: {cfg['language']}",
        "Topic :: Multimedia :: Sound/Audio :: Sound Synthesis",
        "Topic :: Multimedia :: Sound/Audio :: MIDI",
        "Topic :: Scientific/Engineering :: Artificial Intelligence",
        "Programming Language :: Python :: 3 :: Only",
        *(f"Programming Language :: Python :: {v}" for v in PYTHONS),
    ],
    python_requires=f">={cfg['min_python']}",
    packages=[cfg["lib_path"], *LENT],
    package_dir=LENT,
    package_data={cfg["lib_name"]: ["weights/*.safetensors", "js/*.js", "*.css"]}
                 | {name: ["*.mid", "*.json", "*.mp3", "*.csv"] for name in LENT},
    include_package_data=False, # package_data alone decides what a wheel holds
    install_requires=cfg["requirements"].split(),
    extras_require={"ui": cfg["ui_requirements"].split(), "baselines": cfg["baselines_requirements"].split(),
                    "bench": cfg["bench_requirements"].split(),
                    "dev": cfg["dev_requirements"].split() + cfg["ui_requirements"].split()},
    entry_points={
        "console_scripts": cfg["console_scripts"].split("\n"),
        "nbdev": [f"{cfg['lib_name']}={cfg['lib_name']}._modidx:d"], # lets other nbdev projects link to ours
    },
    zip_safe=False, # the weights are opened as files
)
