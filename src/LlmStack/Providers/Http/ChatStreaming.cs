using System.Runtime.CompilerServices;
using Microsoft.Extensions.AI;

namespace LlmStack.Providers.Http;

/// <summary>The loop of every streamed chat: read what is there, wait for more, translate what breaks.</summary>
internal static class ChatStreaming
{
    /// <summary>Streams an answer that comes as server-sent events.</summary>
    public static IAsyncEnumerable<ChatResponseUpdate> ReadAsync(ProviderHttp http, ProviderCall call, IChatStream session, CancellationToken cancellationToken) =>
        ReadAsync(http, call, session, static (stream, maxBytes) => new SseReader(stream, maxBytes), cancellationToken);

    /// <summary>Streams an answer in any framing.</summary>
    public static async IAsyncEnumerable<ChatResponseUpdate> ReadAsync<TReader>(ProviderHttp http, ProviderCall call, IEventStream<TReader> session, Func<Stream, int, TReader> read, [EnumeratorCancellation] CancellationToken cancellationToken)
        where TReader : IEventReader
    {
        using IEventStream<TReader> disposing = session;
        using HttpResponseMessage response = await session.OpenAsync(cancellationToken).ConfigureAwait(false);
        Stream stream = await http.OpenAsync(response, call, cancellationToken).ConfigureAwait(false);
        await using var disposingStream = stream.ConfigureAwait(false);
        using TReader reader = read(stream, http.MaxBodyBytes);
        while (true)
        {
            while (session.Next(reader) is { } update)
            {
                yield return update;
                cancellationToken.ThrowIfCancellationRequested();
            }

            if (session.Done)
            {
                break;
            }

            int count;
            try
            {
                count = await reader.FillAsync(cancellationToken).ConfigureAwait(false);
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

            reader.Filled(count);
        }

        yield return session.Final();
    }
}
