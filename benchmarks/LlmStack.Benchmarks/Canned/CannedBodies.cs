using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;

namespace LlmStack.Benchmarks.Canned;

/// <summary>The bodies that every candidate reads: shaped and sized as api.openai.com sends them.</summary>
internal static class CannedBodies
{
    public const int StreamChunks = 256;
    public const int EmbeddingCount = 16;
    public const int EmbeddingDimensions = 1536;

    private const int PromptTokens = 187;
    private const string ChunkHead = "{\"id\":\"chatcmpl-CkT2vN8yFqLr5sXwZb3GdHj7PmUeA\",\"object\":\"chat.completion.chunk\",\"created\":1764000000,\"model\":\"gpt-5.4-mini-2026-03-17\",\"service_tier\":\"default\",\"system_fingerprint\":\"fp_3f58d112f7\",";

    // Four characters each, the blank included, so that the text a chunk brings has the same size everywhere.
    public static readonly string[] Words = [" the", " map", " led", " him", " far", " out", " sea", " and", " saw", " ice", " red", " sun", " low", " big", " sky", " now"];

    /// <summary>The answer of every format.</summary>
    public const string Answer = "Three things decide how far a heat pump carries you in a cold winter.\n\n1. **Supply temperature.** Every degree you lower it saves about 2.5 % of the electricity. Large radiators or floor heating let you stay below 40 °C.\n2. **Source.** Ground stays near 8 °C all year; outside air may fall to -12 °C, where the output of most units drops by a third.\n3. **The building.** Insulate the top floor first: it costs little and often removes a fifth of the demand.\n\nWith your figures (140 m², 95 kWh/m² a year) expect a seasonal factor near 3.6, hence about 3,700 kWh of electricity a year. Ask the installer for the load at the design temperature before you choose a size.";

    /// <summary>A plain chat completion of about 1.5 KB.</summary>
    public static byte[] Chat { get; } = Encoding.UTF8.GetBytes(
        """
        {
          "id": "chatcmpl-CkT2vN8yFqLr5sXwZb3GdHj7PmUeA",
          "object": "chat.completion",
          "created": 1764000000,
          "model": "gpt-5.4-mini-2026-03-17",
          "choices": [
            {
              "index": 0,
              "message": {
                "role": "assistant",
                "content": "Three things decide how far a heat pump carries you in a cold winter.\n\n1. **Supply temperature.** Every degree you lower it saves about 2.5 % of the electricity. Large radiators or floor heating let you stay below 40 °C.\n2. **Source.** Ground stays near 8 °C all year; outside air may fall to -12 °C, where the output of most units drops by a third.\n3. **The building.** Insulate the top floor first: it costs little and often removes a fifth of the demand.\n\nWith your figures (140 m², 95 kWh/m² a year) expect a seasonal factor near 3.6, hence about 3,700 kWh of electricity a year. Ask the installer for the load at the design temperature before you choose a size.",
                "refusal": null,
                "annotations": []
              },
              "logprobs": null,
              "finish_reason": "stop"
            }
          ],
          "usage": {
            "prompt_tokens": 187,
            "completion_tokens": 171,
            "total_tokens": 358,
            "prompt_tokens_details": {
              "cached_tokens": 128,
              "audio_tokens": 0
            },
            "completion_tokens_details": {
              "reasoning_tokens": 0,
              "audio_tokens": 0,
              "accepted_prediction_tokens": 0,
              "rejected_prediction_tokens": 0
            }
          },
          "service_tier": "default",
          "system_fingerprint": "fp_3f58d112f7"
        }

        """);

    /// <summary>A whole stream of <see cref="StreamChunks"/> chunks with text.</summary>
    public static byte[] Stream { get; } = Encoding.UTF8.GetBytes(StreamStart() + StreamRest(1));

    /// <summary>The stream up to and with its first text.</summary>
    public static byte[] StreamToFirstText { get; } = Encoding.UTF8.GetBytes(StreamStart());

    /// <summary>What follows <see cref="StreamToFirstText"/>.</summary>
    public static byte[] StreamAfterFirstText { get; } = Encoding.UTF8.GetBytes(StreamRest(1));

    /// <summary>Characters of text in <see cref="Stream"/>.</summary>
    public static int StreamCharacters { get; } = StreamChunks * Words[0].Length;

    /// <summary>Embeddings as base64.</summary>
    public static byte[] EmbeddingsBase64 { get; } = Embeddings(static vector => "\"" + Convert.ToBase64String(MemoryMarshal.AsBytes(vector.AsSpan())) + "\"");

    /// <summary>The same embeddings as JSON numbers.</summary>
    public static byte[] EmbeddingsNumbers { get; } = Embeddings(static vector => "[" + string.Join(',', vector.Select(static x => x.ToString("R", CultureInfo.InvariantCulture))) + "]");

    private static string StreamStart() =>
        Event("\"choices\":[{\"index\":0,\"delta\":{\"role\":\"assistant\",\"content\":\"\",\"refusal\":null},\"logprobs\":null,\"finish_reason\":null}],\"usage\":null,\"obfuscation\":\"aK2\"}") + Text(0);

    private static string StreamRest(int from)
    {
        var text = new StringBuilder();
        for (int i = from; i < StreamChunks; i++)
        {
            text.Append(Text(i));
        }

        text.Append(Event("\"choices\":[{\"index\":0,\"delta\":{},\"logprobs\":null,\"finish_reason\":\"stop\"}],\"usage\":null,\"obfuscation\":\"pQ\"}"));
        int total = PromptTokens + StreamChunks;
        text.Append(Event(string.Create(CultureInfo.InvariantCulture, $$$"""
            "choices":[],"usage":{"prompt_tokens":{{{PromptTokens}}},"completion_tokens":{{{StreamChunks}}},"total_tokens":{{{total}}},"prompt_tokens_details":{"cached_tokens":128,"audio_tokens":0},"completion_tokens_details":{"reasoning_tokens":0,"audio_tokens":0,"accepted_prediction_tokens":0,"rejected_prediction_tokens":0}},"obfuscation":""}
            """)));
        return text.Append("data: [DONE]\n\n").ToString();
    }

    private static string Text(int index) =>
        Event("\"choices\":[{\"index\":0,\"delta\":{\"content\":\"" + Words[index % Words.Length] + "\"},\"logprobs\":null,\"finish_reason\":null}],\"usage\":null,\"obfuscation\":\"x7Rf\"}");

    private static string Event(string rest) => "data: " + ChunkHead + rest + "\n\n";

    private static byte[] Embeddings(Func<float[], string> write)
    {
        var random = new Random(20260317);
        var text = new StringBuilder("{\"object\":\"list\",\"data\":[");
        for (int i = 0; i < EmbeddingCount; i++)
        {
            float[] vector = new float[EmbeddingDimensions];
            for (int j = 0; j < vector.Length; j++)
            {
                vector[j] = (float)((random.NextDouble() - 0.5) * 0.1);
            }

            text.Append(i == 0 ? "" : ",").Append("{\"object\":\"embedding\",\"index\":").Append(i).Append(",\"embedding\":").Append(write(vector)).Append('}');
        }

        return Encoding.UTF8.GetBytes(text.Append("],\"model\":\"text-embedding-3-small\",\"usage\":{\"prompt_tokens\":208,\"total_tokens\":208}}").ToString());
    }
}
