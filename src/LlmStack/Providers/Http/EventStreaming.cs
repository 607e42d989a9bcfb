using System.Runtime.CompilerServices;

namespace LlmStack.Providers.Http;

/// <summary>The loop of every streamed answer: read what is there, wait for more, translate what breaks.</summary>
internal static class EventStreaming
{
    /// <summary>Streams an answer that comes as server-sent events.</summary>
    public static IAsyncEnumerable<TUpdate> ReadAsync<TUpdate>(ProviderHttp http, ProviderCall call, IEventStream<SseReader, TUpdate> session, CancellationToken cancellationToken)
        where TUpdate : class =>
        ReadAsync(http, call, session, static (stream, maxBytes) => new SseReader(stream, maxBytes), cancellationToken);

    /// <summary>Streams an answer in any framing.</summary>
    public static async IAsyncEnumerable<TUpdate> ReadAsync<TReader, TUpdate>(ProviderHttp http, ProviderCall call, IEventStream<TReader, TUpdate> session, Func<Stream, int, TReader> read, [EnumeratorCancellation] CancellationToken cancellationToken)
        where TReader : IEventReader
        where TUpdate : class
    {
        using IEventStream<TReader, TUpdate> disposing = session;
        using HttpResponseMessage response = await session.OpenAsync(cancellationToken).ConfigureAwait(false);
        Stream stream = await http.OpenAsync(response, call, cancellationToken).ConfigureAwait(false);
        await using var disposingStream = stream.ConfigureAwait(false);
        using TReader reader = read(stream, http.MaxBodyBytes);
        while (true)
        {
            while (true)
            {
                TUpdate? update;
                try
                {
                    update = session.Next(reader);
                }
                catch (BrokenStreamException e)
                {
                    throw TransportErrors.Translate(e, http.Name, call.Report, cancellationToken);
                }

                if (update is null)
                {
                    break;
                }

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
