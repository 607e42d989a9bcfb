using CsCheck;
using LlmStack.Tracing;

namespace LlmStack.Tests.Tracing;

public sealed class DetectorTests
{
    [Theory]
    [InlineData("key sk-proj-abcdefghijklmnopqrstuvwx end", "key [KEY] end")]
    [InlineData("sk-ant-api03-AAAAAAAAAAAAAAAAAAAA", "[KEY]")]
    [InlineData("sk-lf-12345678-1234-1234-1234-123456789012", "[KEY]")]
    [InlineData("AKIAIOSFODNN7EXAMPLE", "[KEY]")]
    [InlineData("token=ghp_abcdefghijklmnopqrstuvwxyz0123456789", "token=[KEY]")]
    [InlineData("AIzaSyA1234567890abcdefghijklmnopqrstuv", "[KEY]")]
    [InlineData("Authorization: Bearer abcdefghijklmnop.qrstuv", "Authorization: [KEY]")]
    [InlineData("eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NSJ9.abc-DEF_123", "[KEY]")]
    [InlineData("-----BEGIN RSA PRIVATE KEY-----\nMIIE\nabc\n-----END RSA PRIVATE KEY-----\nafter", "[KEY]\nafter")]
    [InlineData("-----BEGIN PRIVATE KEY-----\nMIIE cut off", "[KEY]")]
    [InlineData("ask-me-anything-about-the-zoo", "ask-me-anything-about-the-zoo")]
    [InlineData("the bearer of news", "the bearer of news")]
    public void Keys(string text, string expected) => Assert.Equal(expected, Detectors.Mask(text, SensitiveData.ApiKeys));

    [Theory]
    [InlineData("write to alice.b+c@mail.example.co.uk, please", "write to [EMAIL], please")]
    [InlineData("jürgen@müller.de", "[EMAIL]")]
    [InlineData("<a@b.io>", "<[EMAIL]>")]
    [InlineData("{\"to\":\"x_y@z.org\"}", "{\"to\":\"[EMAIL]\"}")]
    [InlineData("@mention and user@localhost", "@mention and user@localhost")]
    public void Addresses(string text, string expected) => Assert.Equal(expected, Detectors.Mask(text, SensitiveData.Email));

    [Theory]
    [InlineData("call +49 30 1234567 now", "call [PHONE] now")]
    [InlineData("+1 (415) 555-2671", "[PHONE]")]
    [InlineData("0044 20 7946 0958", "[PHONE]")]
    [InlineData("(415) 555-2671", "[PHONE]")]
    [InlineData("415-555-2671", "[PHONE]")]
    [InlineData("030 1234567", "[PHONE]")]
    [InlineData("089/123456-78", "[PHONE]")]
    [InlineData("on 2026-11-28 at 12:30", "on 2026-11-28 at 12:30")]
    [InlineData("version 10.0.401, 1 + 2 = 3", "version 10.0.401, 1 + 2 = 3")]
    [InlineData("costs 1,234,567.89", "costs 1,234,567.89")]
    public void Phones(string text, string expected) => Assert.Equal(expected, Detectors.Mask(text, SensitiveData.Phone));

    [Theory]
    [InlineData("pay 4111 1111 1111 1111 today", "pay [CARD] today")]
    [InlineData("order 12 4111-1111-1111-1111", "order 12 [CARD]")]
    [InlineData("4111111111111111", "[CARD]")]
    [InlineData("378282246310005 and 5555555555554444", "[CARD] and [CARD]")]
    [InlineData("4111 1111 1111 1112", "4111 1111 1111 1112")]
    [InlineData("id 123456789012345678901234567890", "id 123456789012345678901234567890")]
    public void Cards(string text, string expected) => Assert.Equal(expected, Detectors.Mask(text, SensitiveData.PaymentCard));

    [Theory]
    [InlineData("DE89 3704 0044 0532 0130 00 and more", "[IBAN] and more")]
    [InlineData("to GB82WEST12345698765432.", "to [IBAN].")]
    [InlineData("nl91abna0417164300", "[IBAN]")]
    [InlineData("DE89 3704 0044 0532 0130 01", "DE89 3704 0044 0532 0130 01")]
    [InlineData("XX89370400440532013000", "XX89370400440532013000")]
    public void Accounts(string text, string expected) => Assert.Equal(expected, Detectors.Mask(text, SensitiveData.Iban));

    [Fact]
    public void A_text_without_finds_is_handed_back_itself()
    {
        const string Text = "The zoo opens at 9, on 24 days of 2026.";
        Assert.Same(Text, Detectors.Mask(Text, SensitiveData.All));
    }

    [Fact]
    public void Every_valid_card_is_found_whatever_stands_around_it()
    {
        Gen<int> digit = Gen.Int[0, 9];
        Gen.Select(digit.Array[11, 17], OneOf("", " ", "x ", "no. ", "(", "\n"), OneOf("", " ", ".", ")", " x", "\n")).Sample((rest, before, after) =>
        {
            string body = "4" + string.Concat(rest);
            int sum = 0;
            for (int i = 0; i < body.Length; i++)
            {
                int value = (body[body.Length - 1 - i] - '0') * ((i & 1) == 0 ? 2 : 1);
                sum += value > 9 ? value - 9 : value;
            }

            string card = body + (char)('0' + ((10 - (sum % 10)) % 10));
            Assert.Equal(before + "[CARD]" + after, Detectors.Mask(before + card + after, SensitiveData.PaymentCard));
        });
    }

    [Fact]
    public void Nothing_that_random_text_holds_breaks_a_detector() =>
        Gen.Char["+-@._ 0123456789abcDE/()\n"].Array[0, 400].Sample(chars => Assert.NotNull(Detectors.Mask(new string(chars), SensitiveData.All)));

    private static Gen<string> OneOf(params string[] values) => Gen.Int[0, values.Length - 1].Select(i => values[i]);
}
