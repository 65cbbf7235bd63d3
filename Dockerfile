# One image for web, workers, beat and (in a demo) the sandbox; the command says which. See docker-compose.yml.
FROM python:3.11-slim-bookworm
ENV PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1
WORKDIR /app
COPY requirements.lock ./
RUN pip install --no-cache-dir --no-deps --require-hashes --requirement requirements.lock
COPY . .
# Node comes with the packages above. collectstatic needs settings to load, not real secrets.
RUN python -m weitask.local assets \
    && rm -rf node_modules \
    && SECRET_KEY=build VAULT_KEYS=build:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA= \
       python manage.py collectstatic --noinput --verbosity 0 \
    && useradd --create-home weitask \
    && install -d -o weitask /state
USER weitask
VOLUME /state
EXPOSE 8000
CMD ["python", "-m", "gunicorn", "weitask.wsgi:application", "--bind", "0.0.0.0:8000"]
