using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;

namespace LlmStack.Langfuse;

/// <summary>Addresses, headers and the meaning of each status.</summary>
internal sealed class LangfuseEndpoint
{
    public const string DefaultBaseUrl = "https://cloud.langfuse.com";
    private const int MaxBody = 4 * 1024 * 1024;
    private const int MaxReason = 200;
    private readonly AuthenticationHeaderValue _authorization;
    private readonly HttpClient _client;
    private readonly TimeProvider _time;
    private readonly TimeSpan _guard;

    public LangfuseEndpoint(LangfuseOptions options, IHttpClientFactory http, TimeProvider time)
    {
        if (string.IsNullOrWhiteSpace(options.PublicKey) || string.IsNullOrWhiteSpace(options.SecretKey))
        {
            throw new ArgumentException("LlmStack:Langfuse:PublicKey and LlmStack:Langfuse:SecretKey must both be set.", nameof(options));
        }

        string baseUrl = (string.IsNullOrWhiteSpace(options.BaseUrl) ? DefaultBaseUrl : options.BaseUrl).Trim().TrimEnd('/');
        if (!Uri.TryCreate(baseUrl, UriKind.Absolute, out Uri? address) || (address.Scheme != Uri.UriSchemeHttp && address.Scheme != Uri.UriSchemeHttps))
        {
            throw new ArgumentException($"LlmStack:Langfuse:BaseUrl is '{options.BaseUrl}'; it must be an absolute http or https address.", nameof(options));
        }

        BaseUrl = baseUrl;
        IsLocal = address.IsLoopback;
        Traces = new Uri(baseUrl + "/api/public/otel/v1/traces");
        Ingestion = new Uri(baseUrl + "/api/public/ingestion");
        Scores = new Uri(baseUrl + "/api/public/scores");
        Media = new Uri(baseUrl + "/api/public/media");
        Projects = new Uri(baseUrl + "/api/public/projects");
        _authorization = new AuthenticationHeaderValue("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes($"{options.PublicKey.Trim()}:{options.SecretKey.Trim()}")));

        // Made now: when the last batch leaves, the container that makes handlers is closing already.
        _client = http.CreateClient(LangfuseTraceSink.HttpClientName);
        _time = time;

        // The client's own handler bounds each attempt and their sum; this only catches a client without one.
        _guard = options.RequestTimeout * 5;
    }

    public static string Version { get; } = typeof(LangfuseEndpoint).Assembly.GetName().Version?.ToString(3) ?? "0.0.0";

    /// <summary>Without a slash at its end.</summary>
    public string BaseUrl { get; }

    /// <summary>Whether it is on this machine.</summary>
    public bool IsLocal { get; }

    public Uri Traces { get; }

    public Uri Ingestion { get; }

    public Uri Scores { get; }

    public Uri Media { get; }

    public Uri Projects { get; }

    /// <summary>Posts and classifies; throws only when <paramref name="stop"/> is cancelled.</summary>
    public Task<Reply> PostAsync(Uri url, HttpContent content, CancellationToken stop) => SendAsync(HttpMethod.Post, url, content, wantsBody: false, stop);

    /// <summary>Sends with the credential and classifies; throws only when <paramref name="stop"/> is cancelled.</summary>
    /// <param name="method">The method.</param>
    /// <param name="url">One of the addresses here.</param>
    /// <param name="content">The body, or null.</param>
    /// <param name="wantsBody">Whether the answer's body is read when it is a success; that of a 207 always is.</param>
    /// <param name="stop">Gives up.</param>
    public async Task<Reply> SendAsync(HttpMethod method, Uri url, HttpContent? content, bool wantsBody, CancellationToken stop)
    {
        using var request = new HttpRequestMessage(method, url) { Content = content };
        request.Headers.Authorization = _authorization;
        request.Headers.TryAddWithoutValidation("x-langfuse-ingestion-version", "4");
        request.Headers.TryAddWithoutValidation("x-langfuse-sdk-name", "llmstack-dotnet");
        request.Headers.TryAddWithoutValidation("x-langfuse-sdk-version", Version);
        return await SendAsync(request, wantsBody, stop).ConfigureAwait(false);
    }

    /// <summary>Sends a request as it is, to an address that the server named, and classifies; throws only when <paramref name="stop"/> is cancelled.</summary>
    public async Task<Reply> SendAsync(HttpRequestMessage request, bool wantsBody, CancellationToken stop)
    {
        using var timeout = new CancellationTokenSource(_guard, _time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(stop, timeout.Token);
        try
        {
            using HttpResponseMessage response = await _client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, either.Token).ConfigureAwait(false);
            return (await ReadAsync(response, wantsBody, either.Token).ConfigureAwait(false)) with { IsUncertain = TryWitness.Saw(request, response.StatusCode) };
        }
        catch (OperationCanceledException exception) when (stop.IsCancellationRequested)
        {
            throw new DeliveryCanceledException(SentContent.MayHaveLeft(request) && TryWitness.MayHaveArrived(request), exception, stop);
        }
        catch (OperationCanceledException)
        {
            return Failed("the request timed out") with { IsUncertain = SentContent.MayHaveLeft(request) };
        }
        catch (Exception exception)
        {
            return Failed(exception is HttpRequestException { InnerException: { } inner } ? $"{exception.Message} ({inner.Message})" : exception.Message) with { IsUncertain = TryWitness.Saw(request, exception) };
        }
    }

    private static Reply Failed(string reason) => new(ReplyKind.Transient, 0, reason, [], RetryAfter: null);

    private static ReplyKind Classify(HttpStatusCode status) => (int)status switch
    {
        >= 200 and < 300 => ReplyKind.Delivered,
        401 or 403 => ReplyKind.Refused,
        408 or >= 500 => ReplyKind.Transient,
        413 => ReplyKind.TooLarge,
        429 => ReplyKind.RateLimited,
        404 or 405 or 410 or < 400 => ReplyKind.WrongAddress,
        _ => ReplyKind.Invalid,
    };

    private static async Task<byte[]> ReadBodyAsync(HttpResponseMessage response, CancellationToken cancellationToken)
    {
        Stream stream = await response.Content.ReadAsStreamAsync(cancellationToken).ConfigureAwait(false);
        await using (stream.ConfigureAwait(false))
        {
            byte[] bytes = new byte[Math.Min(MaxBody, (int)Math.Clamp(response.Content.Headers.ContentLength ?? 4096, 0, MaxBody) + 1)];
            int length = 0;
            int read;
            while ((read = await stream.ReadAsync(bytes.AsMemory(length), cancellationToken).ConfigureAwait(false)) > 0)
            {
                length += read;
                if (length == bytes.Length)
                {
                    if (length == MaxBody)
                    {
                        break;
                    }

                    Array.Resize(ref bytes, Math.Min(MaxBody, length * 2));
                }
            }

            return bytes.AsSpan(0, length).ToArray();
        }
    }

    private static string ReasonIn(byte[] body, HttpStatusCode status)
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(body);
            if (document.RootElement.ValueKind == JsonValueKind.Object
                && (document.RootElement.TryGetProperty("message"u8, out JsonElement text) || document.RootElement.TryGetProperty("error"u8, out text))
                && text.ValueKind == JsonValueKind.String)
            {
                return Shorten(text.GetString()!);
            }
        }
        catch (JsonException)
        {
            // A proxy's page; its text would say nothing.
        }

        return $"status {(int)status}";
    }

    internal static string Shorten(string text)
    {
        string line = text.ReplaceLineEndings(" ");
        return line.Length <= MaxReason ? line : string.Concat(line.AsSpan(0, MaxReason), "…");
    }

    private async Task<Reply> ReadAsync(HttpResponseMessage response, bool wantsBody, CancellationToken cancellationToken)
    {
        ReplyKind kind = Classify(response.StatusCode);
        int status = (int)response.StatusCode;
        if (kind == ReplyKind.Delivered && response.StatusCode != HttpStatusCode.MultiStatus && !wantsBody)
        {
            return new Reply(kind, status, "", [], RetryAfter: null);
        }

        byte[] body = [];
        try
        {
            body = await ReadBodyAsync(response, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception exception) when (kind != ReplyKind.Delivered && exception is HttpRequestException or IOException)
        {
            // The status alone says enough.
        }

        RetryConditionHeaderValue? header = response.Headers.RetryAfter;
        TimeSpan? wait = header?.Delta ?? (header?.Date is { } date ? date - _time.GetUtcNow() : null);
        return kind == ReplyKind.Delivered
            ? new Reply(kind, status, "", body, RetryAfter: null)
            : new Reply(kind, status, ReasonIn(body, response.StatusCode), [], wait);
    }
}
