using System.Buffers;
using System.Runtime.CompilerServices;
using LlmStack.Providers.Http;
using Microsoft.Extensions.AI;

namespace LlmStack.Providers.OpenAI.Media;

/// <summary>The format's <c>/audio/speech</c>.</summary>
internal sealed class OpenAISpeech(ProviderHttp http, OpenAIProfile profile, OperationAddress address) : ITextToSpeechProvider
{
    private const int PieceBytes = 32 * 1024;

    public async ValueTask<TextToSpeechResponse> SpeakAsync(ProviderCall call, string text, TextToSpeechOptions? options, CancellationToken cancellationToken)
    {
        if (profile.TraitsOf(call).SpeechEvents)
        {
            // Only events tell the usage, and without it the price is unknown.
            return await WholeAsync(call, EventsAsync(call, text, options, cancellationToken)).ConfigureAwait(false);
        }

        using HttpResponseMessage response = await SendAsync(call, text, options, asEvents: false, cancellationToken).ConfigureAwait(false);
        using PooledBuffer answer = await http.ReadBodyAsync(response, call, ProviderHttp.MaxMediaBytes, cancellationToken).ConfigureAwait(false);
        return SpeechWire.Read(answer, response.Content.Headers.ContentType?.MediaType, options?.AudioFormat, http, call);
    }

    public IAsyncEnumerable<TextToSpeechResponseUpdate> SpeakStreamingAsync(ProviderCall call, string text, TextToSpeechOptions? options, CancellationToken cancellationToken) =>
        profile.TraitsOf(call).SpeechEvents
            ? EventsAsync(call, text, options, cancellationToken)
            : PiecesAsync(call, text, options, cancellationToken);

    private IAsyncEnumerable<TextToSpeechResponseUpdate> EventsAsync(ProviderCall call, string text, TextToSpeechOptions? options, CancellationToken cancellationToken) =>
        EventStreaming.ReadAsync(http, call, new SpeechStream(http, call, options?.AudioFormat, token => SendAsync(call, text, options, asEvents: true, token)), cancellationToken);

    /// <summary>The sound itself, as it comes in.</summary>
    private async IAsyncEnumerable<TextToSpeechResponseUpdate> PiecesAsync(ProviderCall call, string text, TextToSpeechOptions? options, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using HttpResponseMessage response = await SendAsync(call, text, options, asEvents: false, cancellationToken).ConfigureAwait(false);
        string? mediaType = response.Content.Headers.ContentType?.MediaType;
        if (SpeechWire.IsNoAudio(mediaType))
        {
            using PooledBuffer answer = await http.ReadBodyAsync(response, call, cancellationToken).ConfigureAwait(false);
            throw BodyCheck.ErrorOf(answer.WrittenMemory, hasError: false, "audio", http, call);
        }

        mediaType = SpeechWire.TypeOf(mediaType, options?.AudioFormat);
        long bytes = 0;
        byte[] piece = ArrayPool<byte>.Shared.Rent(PieceBytes);
        Stream stream = await http.OpenAsync(response, call, cancellationToken).ConfigureAwait(false);
        await using var disposing = stream.ConfigureAwait(false);
        try
        {
            int read;
            while ((read = await ReadAsync(stream, piece, call, cancellationToken).ConfigureAwait(false)) > 0)
            {
                bytes += read;
                yield return SpeechWire.Piece(piece.AsSpan(0, read).ToArray(), mediaType, call);
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(piece);
            if (bytes > 0)
            {
                MediaCapture.Output(call.Capture, mediaType, bytes);
            }
        }

        if (bytes == 0)
        {
            throw ErrorFactory.Invalid(http.Name, call.Report, "sent no audio.");
        }

        yield return new TextToSpeechResponseUpdate { Kind = TextToSpeechResponseUpdateKind.SessionClose, ModelId = call.Model };
    }

    private async ValueTask<int> ReadAsync(Stream stream, Memory<byte> piece, ProviderCall call, CancellationToken cancellationToken)
    {
        try
        {
            return await stream.ReadAsync(piece, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception e)
        {
            Exception translated = TransportErrors.Translate(e, http.Name, call.Report, cancellationToken);
            if (ReferenceEquals(translated, e))
            {
                throw;
            }

            throw translated;
        }
    }

    private async ValueTask<TextToSpeechResponse> WholeAsync(ProviderCall call, IAsyncEnumerable<TextToSpeechResponseUpdate> updates)
    {
        using var sound = new PooledBuffer(64 * 1024);
        string? mediaType = null;
        UsageDetails? usage = null;
        await foreach (TextToSpeechResponseUpdate update in updates.ConfigureAwait(false))
        {
            foreach (AIContent content in update.Contents)
            {
                if (content is DataContent data)
                {
                    mediaType ??= data.MediaType;
                    sound.Write(data.Data.Span);
                }
                else if (content is UsageContent told)
                {
                    usage = told.Details;
                }
            }

            if (sound.Length > ProviderHttp.MaxMediaBytes)
            {
                throw ErrorFactory.Invalid(http.Name, call.Report, $"sent a body longer than the limit of {ProviderHttp.MaxMediaBytes} bytes.");
            }
        }

        return sound.Length == 0
            ? throw ErrorFactory.Invalid(http.Name, call.Report, "sent no audio.")
            : new TextToSpeechResponse([new DataContent(sound.WrittenSpan.ToArray(), mediaType!)]) { ModelId = call.Model, Usage = usage };
    }

    private async ValueTask<HttpResponseMessage> SendAsync(ProviderCall call, string text, TextToSpeechOptions? options, bool asEvents, CancellationToken cancellationToken)
    {
        using PooledBuffer body = SpeechWire.Write(call, text, options, asEvents);
        return await http.SendAsync(call, address.Of(call.Model), body, new MediaTypes(MediaTypes.Json, asEvents ? "text/event-stream" : "*/*"), cancellationToken).ConfigureAwait(false);
    }
}
