"""Addresses of the newsroom."""

from django.urls import path, register_converter

from dateline.faces.newsroom import feeds, pages, pictures, sitemaps
from dateline.faces.newsroom.converters import (
    CountryConverter,
    LanguageConverter,
    ReleaseConverter,
    SlugConverter,
)

register_converter(LanguageConverter, "lang")
register_converter(ReleaseConverter, "release")
register_converter(SlugConverter, "slugged")
register_converter(CountryConverter, "cc")

_FEED = r"feed.<str:form>"

urlpatterns = [
    path("", pages.root),
    path("stream", pages.to_stream),
    path("robots.txt", sitemaps.robots),
    path("sitemap.xml", sitemaps.sitemap),
    path("sitemap-<int:number>.xml", sitemaps.sitemap),
    path("news-sitemap.xml", sitemaps.news_sitemap),
    path("news-sitemap-<int:number>.xml", sitemaps.news_sitemap),
    path("media/<str:sha256>", pictures.picture),
    path("media/<str:sha256>/<str:name>", pictures.rendition),
    path("country/<cc:country>/", pages.country_root),
    path("issuer/<slug:issuer>/", pages.issuer_root),
    path("<lang:language>/", pages.front),
    path(f"<lang:language>/{_FEED}", feeds.feed),
    path("<lang:language>/search/", pages.search),
    path("<lang:language>/sector/<str:sector>/", pages.sector),
    path(f"<lang:language>/sector/<str:sector>/{_FEED}", feeds.feed),
    path("<lang:language>/country/<cc:country>/", pages.country),
    path(f"<lang:language>/country/<cc:country>/{_FEED}", feeds.feed),
    path("<lang:language>/issuer/<slug:issuer>/", pages.issuer),
    path(f"<lang:language>/issuer/<slug:issuer>/{_FEED}", feeds.feed),
    path("<lang:language>/<int:year>/<int:month>/<int:day>/", pages.day),
    path("<lang:language>/<slugged:slug>-<release:release>/", pages.article),
    path("<lang:language>/<slugged:slug>-<release:release>/v<int:version>/", pages.article),
]
