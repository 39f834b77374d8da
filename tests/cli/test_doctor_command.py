"""``refgen doctor``: what is installed, and what it runs on."""


def test_it_tells_versions_threads_and_the_device(run):
    result = run("doctor")
    assert result.exit_code == 0
    for words in ("numpy ", "hypothesis ", "pyarrow ", "threads: ", "GPU: "):
        assert words in result.output
