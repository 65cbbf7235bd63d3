"""The floor of posting: threads that claim a row, make one POST and mark the row done, and nothing else.

`python -m benchmarks.posting_floor ADDRESS THREADS` works through `floor_due (id, state)` of DATABASE_URL. One row a
claim with SKIP LOCKED, a database and an HTTP connection per thread, both kept open.
"""

import http.client
import os
import sys
import threading
from urllib.parse import urlencode, urlsplit

from benchmarks import scratch

CLAIM = """
UPDATE floor_due SET state = 'taken' WHERE id = (
    SELECT id FROM floor_due WHERE state = 'due' ORDER BY id LIMIT 1 FOR UPDATE SKIP LOCKED) RETURNING id
"""
DONE = "UPDATE floor_due SET state = 'done' WHERE id = %s"


def work(address: str) -> None:
    database = scratch.connect(os.environ["DATABASE_URL"])
    database.autocommit = True
    weibo = http.client.HTTPConnection(urlsplit(address).netloc)
    with database.cursor() as cursor:
        while True:
            cursor.execute(CLAIM)
            row = cursor.fetchone()
            if row is None:
                return
            form = {"access_token": "token-1", "status": "新品上市，欢迎试吃", "annotations": f'[{{"row": {row[0]}}}]'}
            headers = {"Content-Type": "application/x-www-form-urlencoded"}
            weibo.request("POST", "/2/statuses/update/biz.json", urlencode(form), headers)
            weibo.getresponse().read()
            cursor.execute(DONE, [row[0]])


if __name__ == "__main__":
    crew = [threading.Thread(target=work, args=[sys.argv[1]]) for _ in range(int(sys.argv[2]))]
    for thread in crew:
        thread.start()
    for thread in crew:
        thread.join()
