# The browser files: Node is needed here only.
FROM python:3.13-slim-trixie AS assets
WORKDIR /app
COPY requirements-node.lock ./
RUN pip install --no-cache-dir --require-hashes -r requirements-node.lock
COPY package.json package-lock.json .npmrc ./
RUN npm ci
COPY tools/vendor.py tools/icons.txt tools/
RUN python tools/vendor.py

# The Python packages and the program, compiled, as the program's user may not write there.
FROM python:3.13-slim-trixie AS program
WORKDIR /app
COPY requirements.lock ./
RUN python -m venv .venv && .venv/bin/pip install --no-cache-dir --require-hashes -r requirements.lock
COPY pyproject.toml README.md ./
COPY migrations migrations
COPY lstep_lite lstep_lite
RUN .venv/bin/pip install --no-cache-dir --no-deps --no-build-isolation --editable . \
    && .venv/bin/python -m compileall -q lstep_lite migrations
COPY --from=assets /app/lstep_lite/static/vendor lstep_lite/static/vendor

FROM python:3.13-slim-trixie
RUN useradd --uid 10001 --no-create-home --shell /usr/sbin/nologin lstep && install --directory --owner lstep --mode 0700 /data
WORKDIR /app
COPY --from=program /app ./
ENV PATH=/app/.venv/bin:$PATH PYTHONUNBUFFERED=1 LSTEP_MODE=live DATA_DIR=/data HOST=0.0.0.0 PORT=8000
USER 10001
VOLUME /data
EXPOSE 8000
# Not by urllib, which would ask a proxy named in the environment.
HEALTHCHECK --interval=30s --timeout=10s --start-period=60s CMD ["python", "-c", "import http.client, os, sys; c = http.client.HTTPConnection('127.0.0.1', int(os.environ['PORT']), timeout=8); c.request('GET', '/healthz'); sys.exit(c.getresponse().status != 200)"]
ENTRYPOINT ["lstep-lite"]
CMD ["serve"]
