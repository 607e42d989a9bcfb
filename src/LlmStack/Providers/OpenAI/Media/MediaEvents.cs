using System.Text.Json;
using LlmStack.Providers.Http;

namespace LlmStack.Providers.OpenAI.Media;

/// <summary>The course of a streamed answer of sound or of its words: events until the one that says that it was all.</summary>
internal abstract class MediaEvents<TUpdate>(ProviderHttp http, ProviderCall call, Func<CancellationToken, ValueTask<HttpResponseMessage>> open) : IEventStream<SseReader, TUpdate>
    where TUpdate : class
{
    private bool _decided;
    private bool _isWhole;

    public bool Done { get; private set; }

    protected ProviderHttp Http => http;

    protected ProviderCall Call => call;

    public ValueTask<HttpResponseMessage> OpenAsync(CancellationToken cancellationToken) => open(cancellationToken);

    public TUpdate? Next(SseReader reader)
    {
        if (!_decided && !Decide(reader))
        {
            return null;
        }

        if (_isWhole)
        {
            return reader.Ended && !Done ? Whole(reader) : null;
        }

        while (!Done)
        {
            if (!reader.TryRead())
            {
                return reader.Ended ? throw ErrorFactory.Truncated(http.Name, call.Report, null) : null;
            }

            if (Accept(reader) is { } update)
            {
                return update;
            }
        }

        return null;
    }

    public abstract TUpdate Final();

    public void Dispose() => Close();

    /// <summary>Takes one event's JSON; an update when there is something to hand on.</summary>
    /// <param name="json">The event.</param>
    /// <param name="isLast">Whether it was the last.</param>
    /// <exception cref="JsonException">The event is no JSON.</exception>
    protected abstract TUpdate? Take(Span<byte> json, out bool isLast);

    /// <summary>Takes an answer that came as one document although a stream was asked for.</summary>
    protected abstract TUpdate? TakeWhole(PooledBuffer body);

    /// <summary>Leaves what the trace is to have, however the stream ended.</summary>
    protected abstract void Close();

    private bool Decide(SseReader reader)
    {
        if (!reader.TryPeek(out byte first))
        {
            return reader.Ended ? throw ErrorFactory.Invalid(http.Name, call.Report, "sent an empty stream.") : false;
        }

        _isWhole = first is (byte)'{' or (byte)'[' or (byte)'<' or (byte)'"';
        _decided = true;
        return true;
    }

    private TUpdate? Whole(SseReader reader)
    {
        using var body = new PooledBuffer(reader.Unread.Length + 1);
        body.Write(reader.Unread);
        Done = true;
        return TakeWhole(body);
    }

    private TUpdate? Accept(SseReader reader)
    {
        Span<byte> data = reader.Data.Trim(" \t\r\n\0"u8);
        if (data.IsEmpty || data.SequenceEqual("[DONE]"u8))
        {
            return null;
        }

        if (reader.IsError)
        {
            throw http.ErrorIn(ErrorBody.Parse(data.ToArray()), call);
        }

        try
        {
            TUpdate? update = Take(data, out bool isLast);
            Done = isLast;
            return update;
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or FormatException)
        {
            // What the end of the stream cut is no event.
            return reader.IsUnterminated ? null : throw ErrorFactory.Invalid(http.Name, call.Report, "sent an event that is no valid JSON.", e);
        }
    }
}
