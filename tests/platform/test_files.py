"""Kept files: the same content sent by many at once is kept once."""

import threading

from lms.platform import files


def test_the_same_file_sent_by_many_at_once_is_kept(app):
    faults, start = [], threading.Barrier(8)

    def send(content):
        with app.app_context():
            start.wait()
            try:
                files.keep(content)
            except OSError as error:
                faults.append(error)

    for number in range(10):
        content = f"{number}".encode() * 400_000
        threads = [threading.Thread(target=send, args=(content,)) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert not faults
    with app.app_context():
        assert files.kept(files.digest(b"3" * 400_000)) == b"3" * 400_000
