using System.Globalization;
using System.Text;
using System.Text.Json;

namespace LlmStack.Benchmarks.Canned;

/// <summary>The same answers as <see cref="CannedBodies"/>, shaped as api.anthropic.com sends them.</summary>
internal static class AnthropicBodies
{
    private const string Usage = "\"input_tokens\":59,\"cache_creation_input_tokens\":0,\"cache_read_input_tokens\":128,\"cache_creation\":{\"ephemeral_5m_input_tokens\":0,\"ephemeral_1h_input_tokens\":0},\"service_tier\":\"standard\",\"inference_geo\":\"global\"";

    public static byte[] Chat { get; } = Encoding.UTF8.GetBytes(
        "{\"model\":\"claude-sonnet-4-5-20250929\",\"id\":\"msg_01XFDUDYJgAACzvnptvVoYEL\",\"type\":\"message\",\"role\":\"assistant\",\"content\":[{\"type\":\"text\",\"text\":\""
        + JsonEncodedText.Encode(CannedBodies.Answer, System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping)
        + "\"}],\"stop_reason\":\"end_turn\",\"stop_sequence\":null,\"usage\":{" + Usage + ",\"output_tokens\":171}}");

    public static byte[] Stream { get; } = Encoding.UTF8.GetBytes(Events());

    private static string Events()
    {
        var text = new StringBuilder();
        Add(text, "message_start", "{\"type\":\"message_start\",\"message\":{\"model\":\"claude-sonnet-4-5-20250929\",\"id\":\"msg_01XFDUDYJgAACzvnptvVoYEL\",\"type\":\"message\",\"role\":\"assistant\",\"content\":[],\"stop_reason\":null,\"stop_sequence\":null,\"usage\":{" + Usage + ",\"output_tokens\":1}}");
        Add(text, "content_block_start", "{\"type\":\"content_block_start\",\"index\":0,\"content_block\":{\"type\":\"text\",\"text\":\"\"}");
        Add(text, "ping", "{\"type\": \"ping\"");
        for (int i = 0; i < CannedBodies.StreamChunks; i++)
        {
            // The vendor pads events with blanks, differently each time.
            Add(text, "content_block_delta", "{\"type\":\"content_block_delta\",\"index\":0,\"delta\":{\"type\":\"text_delta\",\"text\":\"" + CannedBodies.Words[i % CannedBodies.Words.Length] + "\"}" + new string(' ', i % 16));
        }

        Add(text, "content_block_stop", "{\"type\":\"content_block_stop\",\"index\":0");
        Add(text, "message_delta", string.Create(CultureInfo.InvariantCulture, $"{{\"type\":\"message_delta\",\"delta\":{{\"stop_reason\":\"end_turn\",\"stop_sequence\":null}},\"usage\":{{{Usage},\"output_tokens\":{CannedBodies.StreamChunks}}}"));
        Add(text, "message_stop", "{\"type\":\"message_stop\"");
        return text.ToString();
    }

    private static void Add(StringBuilder text, string name, string data) => text.Append("event: ").Append(name).Append("\ndata: ").Append(data).Append("}\n\n");
}
