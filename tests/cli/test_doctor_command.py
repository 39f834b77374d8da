"""``refgen doctor``: what is installed, and what it runs on."""


def test_it_tells_versions_threads_and_the_device(run):
    result = run("doctor")
    assert result.exit_code == 0
    told = ["numpy ", "hypothesis ", "pyarrow ", "threads: ", "GPU: "]
    for words in [*told, "linear algebra: ", "vector instructions: "]:
        assert words in result.output
