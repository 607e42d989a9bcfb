using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text;
using Microsoft.Extensions.Logging;

namespace LlmStack.Diagnostics.Events;

/// <summary>Posts events to the operator's address in small batches, signed. What cannot be sent is counted, said once, and lost: an event is no record.</summary>
internal sealed class WebhookNotifier : IObserver<LlmEvent>, IAsyncDisposable, IDisposable
{
    public const string HttpClientName = "LlmStack.Webhook";
    public const string SignatureHeader = "X-LlmStack-Signature";
    public const string TimestampHeader = "X-LlmStack-Timestamp";

    /// <summary>How long disposing waits for the last batch.</summary>
    public static readonly TimeSpan ShutdownTime = TimeSpan.FromSeconds(5);

    private readonly Uri _url;
    private readonly byte[]? _secret;
    private readonly WebhookOptions _options;
    private readonly HashSet<LlmEventKind>? _kinds;
    private readonly HttpMessageInvoker _http;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly WebhookQueue _queue;
    private readonly SemaphoreSlim _signal = new(0);
    private readonly CancellationTokenSource _stop = new();
    private readonly CancellationTokenSource _abort = new();
    private readonly Task _loop;
    private bool _failing;
    private int _disposed;

    public WebhookNotifier(WebhookOptions options, HttpMessageInvoker http, TimeProvider time, ILogger<WebhookNotifier> logger)
    {
        _url = new Uri(options.Url!.Trim());
        _secret = options.Secret is { } secret ? Encoding.UTF8.GetBytes(secret) : null;
        _options = options;
        _kinds = options.Kinds.Count > 0 ? [.. options.Kinds.Values] : null;
        _http = http;
        _time = time;
        _logger = logger;
        _queue = new WebhookQueue(options.MaxQueued, options.RepeatInterval, time);
        using (ExecutionContext.SuppressFlow())
        {
            _loop = Task.Run(RunAsync);
        }
    }

    /// <summary>Counts what could not be sent.</summary>
    public Action<long>? Dropped { get; set; }

    public void OnNext(LlmEvent value)
    {
        if (_kinds?.Contains(value.Kind) == false)
        {
            return;
        }

        if (!_queue.TryAdd(value))
        {
            Dropped?.Invoke(1);
        }
        else if (_signal.CurrentCount == 0)
        {
            _signal.Release();
        }
    }

    public void OnCompleted()
    {
    }

    public void OnError(Exception error)
    {
    }

    public void Dispose() => Task.Run(() => DisposeAsync().AsTask()).GetAwaiter().GetResult();

    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _disposed, 1) != 0)
        {
            return;
        }

        await _stop.CancelAsync().ConfigureAwait(false);
        _abort.CancelAfter(ShutdownTime);
        await _loop.ConfigureAwait(false);
        _http.Dispose();
        _stop.Dispose();
        _abort.Dispose();
        _signal.Dispose();
    }

    private async Task RunAsync()
    {
        bool more = false;
        while (!_stop.IsCancellationRequested)
        {
            try
            {
                if (!more)
                {
                    await _signal.WaitAsync(_stop.Token).ConfigureAwait(false);
                }

                await Task.Delay(_options.BatchInterval, _time, _stop.Token).ConfigureAwait(false);
            }
            catch (OperationCanceledException)
            {
                break;
            }

            await SendAsync(_queue.Take(everything: false, out more)).ConfigureAwait(false);
        }

        await SendAsync(_queue.Take(everything: true, out _)).ConfigureAwait(false);
    }

    private async Task SendAsync(List<WebhookItem> items)
    {
        if (items.Count == 0)
        {
            return;
        }

        string problem;
        try
        {
            using HttpRequestMessage request = Request(WebhookJson.Write(items));
            using HttpResponseMessage response = await _http.SendAsync(request, _abort.Token).ConfigureAwait(false);
            if (response.IsSuccessStatusCode)
            {
                if (_failing)
                {
                    _failing = false;
                    LogMessages.WebhookRecovered(_logger, _options.ToString());
                }

                return;
            }

            problem = "status " + ((int)response.StatusCode).ToString(System.Globalization.CultureInfo.InvariantCulture);
        }
        catch (Exception failure)
        {
            problem = failure.GetType().Name;
        }

        Dropped?.Invoke(items.Count);
        if (!_failing)
        {
            _failing = true;
            LogMessages.WebhookFailed(_logger, _options.ToString(), problem);
        }
    }

    private HttpRequestMessage Request(byte[] body)
    {
        var content = new ByteArrayContent(body);
        content.Headers.ContentType = new MediaTypeHeaderValue("application/json") { CharSet = "utf-8" };
        var request = new HttpRequestMessage(HttpMethod.Post, _url) { Content = content };
        if (_secret is not null)
        {
            // The time is signed as well, so that a request somebody has seen cannot be sent again later.
            string timestamp = _time.GetUtcNow().ToUnixTimeSeconds().ToString(System.Globalization.CultureInfo.InvariantCulture);
            byte[] signed = [.. Encoding.ASCII.GetBytes(timestamp), (byte)'.', .. body];
            request.Headers.Add(TimestampHeader, timestamp);
            request.Headers.Add(SignatureHeader, "sha256=" + Convert.ToHexStringLower(HMACSHA256.HashData(_secret, signed)));
        }

        return request;
    }
}
