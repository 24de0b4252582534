"""The Vietnamese sentence of every refusal: what happened · what is safe · what to do. Append yours to SENTENCES.

Voice: verb first, no English, no "vui lòng", no "lỗi hệ thống", no pronoun; a name or a number tells which thing is meant.
A fact written {pages:n} is shown with the dots of Vietnamese numbers.
"""

import string
from importlib import import_module
from pkgutil import iter_modules

from appliance.errors import Refused
from appliance.text import Line, number_text
from web import words

AREAS = [import_module(f"web.words.{found.name}") for found in iter_modules(words.__path__)]  # Each holds SENTENCES and STEPS.

SENTENCES: dict[str, str] = {
    # accounts
    "login_wrong": "Sai tài khoản hoặc mật khẩu. Còn {left} lần thử.",
    "login_locked": "Tài khoản tạm khóa đến {until}. Gọi quản trị viên để mở sớm.",
    "account_taken": "Đã có tài khoản {account}. Chọn tên khác.",
    "password_short": "Mật khẩu mới cần ít nhất {least} ký tự.",
    "password_long": "Mật khẩu mới dài quá {most} ký tự. Chọn mật khẩu ngắn hơn.",
    "password_easy": "Mật khẩu mới quá dễ đoán. Ghép vài từ không liên quan đến tên hay cơ quan.",
    # typing
    "date_invalid": "Ngày chưa đúng. Nhập ngày, tháng, năm, ví dụ 21/11/2026.",
    "date_in_future": "Ngày này chưa tới. Kiểm tra lại năm.",
    "time_invalid": "Giờ chưa đúng. Nhập giờ, phút, ví dụ 09:05.",
    "phone_invalid": "Số điện thoại chưa đúng. Nhập 10 chữ số, bắt đầu bằng 0.",
    "personal_number_digits": "Nhập đủ 12 chữ số của số định danh cá nhân.",
    # dossiers
    "dossier_unknown": "Không có hồ sơ này ở đây. Kiểm tra lại mã trên giấy hẹn.",
    "already_accepted": "Bản nháp này đã được tiếp nhận, mã hồ sơ {code}. Mở hồ sơ đó để làm tiếp.",
    "wrong_status": "Hồ sơ {code} đang ở trạng thái khác, chưa làm được việc này. Mở lại hồ sơ để xem trạng thái mới.",
    "wrong_document_state": "Văn bản của hồ sơ {code} chưa ở bước này. Mở lại hồ sơ để xem đang chờ ai.",
    "numbers_exhausted": "Đã dùng hết dải số của sổ {book}, kỳ {period}. Chưa có gì thay đổi. Gọi quản trị viên xin cấp thêm số.",
    # the desks
    "held_by_other": "Hồ sơ {code} do {officer} giữ. Chưa có gì thay đổi. Trao đổi với người giữ trước.",
    "not_holder": "Hồ sơ {code} do {officer} giữ, chỉ người giữ mới soạn và trình. Vẫn mở xem được.",
    "not_taken": "Hồ sơ {code} chưa ai nhận. Nhận xử lý trước khi soạn kết quả.",
    "no_result": "Hồ sơ {code} chưa có kết quả cho việc này. Soạn kết quả rồi trình trước.",
    "result_is_signed": "Kết quả của hồ sơ {code} đã ký, không sửa được nữa. Mở hồ sơ để xem văn bản.",
    "result_made_elsewhere": "Thủ tục của hồ sơ {code} do cơ quan khác giải quyết, ở đây không soạn kết quả.",
    "reason_missing": "Ghi lý do. Chưa có gì thay đổi.",
    "amount_wrong": "Số tiền chưa đúng. Chưa thu, chưa dùng số biên lai. Kiểm tra lại từng khoản.",
    "nothing_due": "Hồ sơ {code} đã thu đủ hoặc không phải thu. Chưa dùng số biên lai. Mở hồ sơ để xem.",
    "given_too_little": "Tiền khách đưa còn thiếu {missing:n} đ.",
    "copies_wrong": "Số bản chưa đúng. Chưa dùng số chứng thực. Nhập số nguyên từ 1 đến {limit:n}.",
    "early_release_forbidden": "Quy định hiện hành không cho trả trước khi có dấu thời gian. Chưa có gì thay đổi.",
    "not_waiting_for_stamp": "Kết quả của hồ sơ {code} không chờ dấu thời gian. Mở hồ sơ để xem trạng thái mới.",
    "not_finished": "Hồ sơ {code} chưa giải quyết xong. Mở hồ sơ để xem đang chờ ai.",
    "fee_unknown": "Chưa rõ số tiền phải thu của hồ sơ {code}. Hỏi cán bộ tiếp nhận trước khi trả.",
    "fee_due": "Hồ sơ {code} còn phải thu {amount:n} đ. Mời người dân nộp tại quầy thu phí trước khi nhận kết quả.",
    "waits_for_timestamp": (
        "Kết quả của hồ sơ {code} đã ký tại đây, chờ dấu thời gian nên chưa trả. "
        "Máy tự bổ sung khi có đường truyền; cần trả sớm hơn thì lãnh đạo ghi quyết định."
    ),
    "receiver_missing": "Ghi họ tên người nhận kết quả.",
    "code_not_repeated": "Gõ đúng mã hồ sơ để xác nhận. Chưa xóa gì.",
    "day_changed": "Ngày của máy chủ vừa đổi. Chưa ghi gì. Mở lại trang Đồng hồ và xem lại ngày.",
    "register_unknown": "Danh mục chưa nói hồ sơ {code} vào sổ nào. Chưa dùng số nào. Gọi quản trị viên.",
    "already_erased": "Thông tin cá nhân của hồ sơ này đã xóa trước đó.",
    # files and the ledger
    "file_missing": "Không thấy tệp {digest}. Hồ sơ vẫn còn. Gọi kỹ thuật viên lấy lại tệp từ tỉnh.",
    "file_damaged": "Tệp {digest} không còn đúng nội dung ban đầu. Bản này không được dùng. Gọi kỹ thuật viên.",
    "file_too_big": "Tệp quá lớn. Chưa lưu gì. Chia nhỏ tệp rồi thử lại.",
    "not_enrolled": "Máy chủ này chưa được cấp danh tính. Kỹ thuật viên chạy bước ghi danh trước.",
    "sealed_part_damaged": "Phần thông tin cá nhân của sự kiện {seq} không đọc được. Sổ cái vẫn còn nguyên. Gọi kỹ thuật viên.",
    # forms and PDF
    "form_unknown": "Chưa có mẫu {form}. Gọi quản trị viên nạp gói danh mục mới.",
    "form_field_missing": "Thiếu thông tin để in mẫu. Bổ sung rồi in lại.",
    "form_field_unknown": "Mẫu không có ô được điền. Gọi kỹ thuật viên kiểm tra gói danh mục.",
    "form_field_wrong": "Có ô điền chưa đúng cách. Sửa rồi in lại.",
    "form_field_filled": "Ô {field} đã có nội dung, không ghi đè. Mở lại văn bản để xem.",
    "form_letter_unknown": "Phông chữ của mẫu không có ký tự {letters}. Sửa lại chữ rồi in.",
    "form_too_long": "Mẫu chứa tối đa {most} thành phần. Tách hồ sơ rồi in lại.",
    "page_unknown": "Không có trang {page}: văn bản có {pages} trang.",
    "pdf_unreadable": "Không đọc được tệp PDF này. Chưa lưu gì. Xuất lại tệp rồi thử lần nữa.",
    "signature_field_missing": "Văn bản không có ô ký {field}. Soạn lại từ mẫu rồi trình ký.",
    "signature_field_taken": "Ô ký {field} đã có chữ ký. Văn bản giữ nguyên.",
    "clock_behind": "Đồng hồ máy chủ chậm hơn sổ cái. Tạm dừng ký số và cấp số. Chỉnh lại đồng hồ.",
    "clock_ahead": "Đồng hồ máy chủ nhanh bất thường. Tạm dừng ký số và cấp số. Chỉnh lại đồng hồ.",
    # workers
    "worker_away": "Chương trình điều khiển thiết bị chưa chạy. Việc đang làm vẫn còn. Gọi kỹ thuật viên nếu quá một phút.",
    "worker_failed": "Chương trình điều khiển thiết bị gặp lỗi. Việc đã xong vẫn còn. Thử lại; nếu vẫn lỗi, gọi kỹ thuật viên.",
    # scanners
    "scanner_absent": "Không thấy máy quét. Các trang đã quét vẫn còn. Kiểm tra nguồn và dây nối rồi bấm F8.",
    "scanner_ambiguous": "Có {count} máy quét cùng kiểu, chưa biết dùng máy nào. Gọi kỹ thuật viên chọn máy cho quầy này.",
    "scanner_busy": "Máy quét đang được dùng ở nơi khác. Chưa quét thêm trang nào. Chờ một lát rồi bấm F8.",
    "scanner_cannot": "Máy quét không làm được kiểu quét đã chọn ({option}: {wanted}). Chưa quét gì. Chọn kiểu quét khác.",
    "scanner_denied": "Máy chủ chưa được cấp quyền dùng máy quét. Chưa quét gì. Gọi kỹ thuật viên.",
    "scanner_hung": "Máy quét không trả lời. Đã lưu {n} trang. Tắt máy quét, bật lại, đặt giấy từ trang {next} rồi bấm F8.",
    "scanner_io": "Mất kết nối với máy quét. Đã lưu {n} trang. Kiểm tra dây nối, đặt giấy từ trang {next} rồi bấm F8.",
    "scanner_stopped": "Việc quét dừng giữa chừng. Đã lưu {n} trang. Đặt giấy từ trang {next} rồi bấm F8 để quét tiếp.",
    "feeder_empty": "Khay chưa có giấy. Các trang đã quét vẫn còn. Đặt giấy vào khay rồi bấm F8.",
    "paper_jam": "Máy quét kẹt giấy. Đã lưu {n} trang. Mở nắp, lấy giấy ra, đặt lại từ trang {next} rồi bấm F8 để quét tiếp.",
    "cover_open": "Nắp máy quét đang mở. Các trang đã quét vẫn còn. Đóng nắp rồi bấm F8.",
    "short_page": "Trang {next} quét chưa hết tờ nên không được giữ. Đã lưu {n} trang. Đặt giấy từ trang {next} rồi bấm F8.",
    "scan_disk_full": "Ổ đĩa gần đầy nên ngừng quét. Đã lưu {n} trang. Gọi kỹ thuật viên dọn ổ đĩa.",
    "scan_options": "Kiểu quét không hợp lệ. Chưa quét gì. Chọn lại màu, độ phân giải và mặt giấy.",
    "spool_full": "Còn {count} lần quét chưa được nhận vào hồ sơ. Chưa quét thêm. Gọi kỹ thuật viên.",
    "job_name": "Lệnh gửi đến thiết bị không hợp lệ. Chưa làm gì. Tải lại trang rồi thử lại.",
    # printing
    "printer_out_of_paper": "Máy in hết giấy. Bản in đã lưu và đang chờ. Nạp giấy, máy tự in tiếp.",
    "printer_gone": "Không thấy máy in. Bản in đã lưu và đang chờ. Kiểm tra nguồn và dây mạng; máy in trở lại thì tự in tiếp.",
    "printer_stuck": "Máy in chưa in xong. Bản in đã lưu và đang chờ. Xem màn hình máy in: kẹt giấy, nắp mở hoặc hết mực.",
    "printing_service_down": "Dịch vụ in không chạy. Hồ sơ đã lưu, bản in vẫn còn. Gọi kỹ thuật viên, xong thì in lại.",
    # the box
    "replica_stopped": "Bản sao cơ sở dữ liệu không chạy hoặc chậm. Việc đã lưu vẫn còn trên ổ đĩa chính. Gọi kỹ thuật viên trong ngày.",
    "replica_died": "Bản sao cơ sở dữ liệu từng tự dừng trong 24 giờ qua và đã chạy lại. Không mất gì. Kỹ thuật viên xem nhật ký sao lưu.",
    "wal_large": "Nhật ký ghi của cơ sở dữ liệu phình to. Việc đã lưu vẫn còn. Gọi kỹ thuật viên kiểm tra sao lưu.",
    "disk_low": "Ổ đĩa sắp đầy, còn {free_mb:n} MB. Mọi việc vẫn chạy. Gọi kỹ thuật viên dọn ổ đĩa.",
    "disk_full": "Ổ đĩa gần đầy, còn {free_mb:n} MB. Hồ sơ đã lưu vẫn còn; ngừng quét mới. Gọi kỹ thuật viên ngay.",
    "worker_twice": "Chương trình điều khiển {worker} đã chạy rồi. Không mở thêm.",
    # reception
    "applicant_missing": "Nhập họ, chữ đệm và tên người nộp.",
    "procedure_missing": "Chọn thủ tục.",
    "components_missing": "Đánh dấu ít nhất một thành phần đã có, hoặc quét giấy tờ.",
    "copies_missing": "Ghi tên, số trang và số bản cần chứng thực (giấy, điện tử hoặc cả hai) của từng bản chính.",
    "due_missing": "Danh mục không nêu thời hạn. Nhập ngày hẹn trả, từ hôm nay trở đi.",
    "fee_missing": "Nhập và xác nhận số tiền phí, lệ phí.",
    "not_ready": "Chưa tiếp nhận được: hồ sơ còn thiếu thông tin. Bản nháp đã lưu. Bổ sung rồi tiếp nhận lại.",
    "scan_running": "Máy quét đang quét cho hồ sơ này. Chờ quét xong, hoặc bấm Dừng quét, rồi tiếp nhận.",
    "due_by_officer": "Cán bộ hẹn ngày {day}; danh mục không nêu thời hạn.",
    "component_unknown": "Thủ tục đang chọn không có thành phần này. Trang vẫn ở chỗ cũ. Chọn thành phần khác.",
    # drafts
    "draft_unknown": "Không còn bản nháp này. Mở Quầy của tôi để xem các bản nháp còn lại.",
    "draft_changed": "Bản nháp vừa được lưu ở một cửa sổ khác. Nội dung trên trang này còn nguyên. Chọn giữ bản nào ở đầu trang.",
    "draft_accepted": "Bản nháp này đã được tiếp nhận. Mở hồ sơ gần nhất để xem.",
    "draft_discarded": "Bản nháp này đã bỏ. Khôi phục bản nháp rồi làm tiếp.",
    "draft_of_other": "Bản nháp này của cán bộ khác. Chưa có gì thay đổi. Mở bản nháp của chính mình.",
    "draft_too_long": "Nội dung bản nháp quá dài. Lần lưu trước vẫn còn. Rút gọn ghi chú rồi lưu lại.",
    "too_many_pages": "Bản nháp đã đủ {limit} trang. Các trang đã quét vẫn còn. Tách hồ sơ rồi quét tiếp.",
    # files brought as files
    "upload_none": "Chưa chọn tệp nào. Chọn tệp ảnh hoặc PDF rồi thêm lại.",
    "upload_many": "Mỗi lần thêm được {most} tệp. Các tệp đầu đã thêm. Thêm tiếp phần còn lại.",
    "upload_kind": "Tệp {file} không phải ảnh JPEG, PNG hoặc PDF đọc được. Tệp này chưa được thêm.",
    "upload_too_big": "Tệp {file} quá lớn, mỗi tệp đến {most} MB. Tệp này chưa được thêm. Giảm cỡ ảnh rồi thêm lại.",
    "upload_pages": "Tệp {file} cần có từ 1 đến {most} trang. Tệp này chưa được thêm. Chia nhỏ rồi thêm lại.",
    "upload_small": "Ảnh {file} quá nhỏ để đọc được. Tệp này chưa được thêm. Chụp hoặc quét lại.",
    # jobs
    "job_unknown": "Không có việc này. Tải lại trang để xem việc đang chạy.",
    "scanner_in_use": "{officer} đang dùng máy quét này. Các trang đã quét vẫn còn. Chờ một lát rồi bấm F8.",
    "scanner_not_set": "Máy chủ chưa cài máy quét. Dùng tệp có sẵn, hoặc gọi kỹ thuật viên.",
    "printer_not_set": "Máy chủ chưa cài máy in. Bản in đã lưu. Gọi kỹ thuật viên, xong thì bấm In lại.",
    "print_failed": "Bản in bị hủy ở máy in. Bản in đã lưu. Xem máy in rồi bấm In lại.",
    "print_unknown": "Không rõ bản này đã ra giấy chưa. Bản in đã lưu. Xem khay máy in; chưa có giấy thì bấm In lại.",
    # persons and the card
    "name_missing": "Nhập họ, chữ đệm và tên, hoặc tên tổ chức.",
    "field_long": "Ô này dài quá {most} ký tự. Rút gọn lại.",
    "email_invalid": "Thư điện tử chưa đúng. Nhập dạng ten@noi.vn.",
    "gender_unknown": "Chọn giới tính Nam hoặc Nữ.",
    "card_layout": "Mã QR không phải của thẻ căn cước. Chưa điền gì. Quét lại mặt có mã, hoặc nhập tay.",
    "card_number": "Số trong mã QR không đủ 12 chữ số. Chưa điền gì. Quét lại, hoặc nhập tay theo thẻ.",
    "card_date": "Ngày ở phần {field} của mã QR không đọc được. Chưa điền gì. Quét lại, hoặc nhập tay theo thẻ.",
    "marks_lost": "Máy đọc làm mất dấu tiếng Việt. Sửa họ tên và địa chỉ theo thẻ.",
    "birth_mismatch": "Năm sinh không khớp với số định danh. Xem lại thẻ; vẫn tiếp nhận được.",
    "gender_mismatch": "Giới tính không khớp với số định danh. Xem lại thẻ; vẫn tiếp nhận được.",
    "address_old": "Thẻ cấp trước khi bỏ cấp huyện. Hỏi lại địa chỉ hiện nay.",
    # the catalogue
    "procedure_unknown": "Danh mục không có thủ tục {procedure}. Tìm lại theo tên.",
    "case_unknown": "Thủ tục {procedure} không có trường hợp này. Chọn lại trường hợp.",
    "channel_not_offered": "Thủ tục {procedure} không nhận theo cách nộp này. Chọn cách nộp khác.",
    "result_rule_missing": "Danh mục chưa nói kết quả của thủ tục {procedure} trả theo mẫu nào. Gọi quản trị viên.",
    "catalogue_broken": "Bộ danh mục không dùng được, {count} chỗ sai: {first}. Bộ đang dùng giữ nguyên.",
    "catalogue_changed": "Tệp {file} của bộ danh mục đã bị sửa. Không dùng bộ này. Gọi kỹ thuật viên.",
    "catalogue_unknown": "Không có bộ danh mục {digest} ở đây. Hồ sơ vẫn còn. Gọi kỹ thuật viên nạp lại bộ danh mục.",
    # fees
    "count_invalid": "Số trang hoặc số bản chưa đúng. Nhập lại số nguyên từ 1.",
    "amount_invalid": "Số tiền chưa đúng. Nhập số nguyên đồng, không âm.",
    "exemption_not_listed": "Thủ tục này không có diện miễn, giảm đã chọn. Chọn lại.",
    "fee_free": "Không thu.",
    "fee_flat": "{amount:n} đ.",
    "fee_copies": "{amount:n} đ × {copies:n} bản.",
    "fee_pages": "{pages:n} trang bản chính: {each:n} đ một bản × {copies:n} bản.",
    "fee_pages_capped": "{pages:n} trang bản chính: mức tối đa {each:n} đ một bản × {copies:n} bản.",
    "fee_originals": "{originals:n} bản chính: {amount:n} đ.",
    "fee_pages_unknown": "Nhập số trang của bản chính để tính phí.",
    "fee_by_council": "HĐND tỉnh quyết định mức thu. Nhập và xác nhận số tiền.",
    "fee_not_stated": "Danh mục không nêu mức thu. Nhập và xác nhận số tiền.",
    "fee_doubtful": "Mức thu in trong danh mục không chắc đúng: {printed}. Nhập và xác nhận số tiền.",
    "fee_exempt": "Miễn: {reason}.",
    "fee_entered": "{amount:n} đ, cán bộ nhập và xác nhận.",
    # the due date
    "due_same_day": "Tiếp nhận {accepted}, trước {cutoff}: trả trong ngày.",
    "due_after_cutoff": "Tiếp nhận {accepted}, từ {cutoff} trở đi: trả ngày làm việc tiếp theo.",
    "due_day_off": "Tiếp nhận {accepted}, ngày nghỉ: trả ngày làm việc tiếp theo.",
    "due_work_days": "Tiếp nhận {accepted}, thời hạn {value} ngày làm việc, tính từ ngày hôm sau.",
    "due_calendar_days": "Tiếp nhận {accepted}, thời hạn {value} ngày, đến {last}; rơi vào ngày nghỉ thì chuyển sang ngày làm việc tiếp theo.",
    "due_work_hours": "Tiếp nhận {accepted}, thời hạn {value} giờ làm việc.",
    "due_hours_round_the_clock": "Tiếp nhận {accepted}, thời hạn {value} giờ liên tục, cả đêm và ngày nghỉ.",
    "due_continued": "Tính tiếp phần thời hạn còn lại từ {brought}.",
    "due_extended": "Hạn cũ {old}, cộng thời gian chờ và 1 ngày làm việc.",
    "due_skipped_day": "Không tính {day}: {name}.",
    "due_worked_saturday": "Có tính Thứ Bảy {day}: {name}.",
    "due_unconfirmed_day": "Ngày {day} ({name}) chưa được xác nhận chính thức: ngày hẹn là tạm tính.",
    "due_year_unknown": "Chưa có lịch nghỉ năm {year}: ngày hẹn là tạm tính.",
    "due_unit_missing": "Danh mục chỉ ghi {value}, không ghi đơn vị: đọc là ngày làm việc.",
    "due_limit_unknown": "Danh mục không nêu thời hạn. Nhập ngày hẹn và báo cho người dân biết.",
    # what is uncertain in the catalogue
    "basis_catalogue_without_unit": "Thời hạn chưa chắc chắn: danh mục chỉ in con số, không có đơn vị.",
    "basis_law_quoted": "Thời hạn đọc qua trích dẫn, chưa đối chiếu với văn bản.",
    "basis_old_local_page": "Thời hạn lấy từ trang cũ của một tỉnh, chưa đối chiếu.",
    "basis_not_stated": "Không tìm được nguồn nêu thời hạn.",
    "doubt_limit": "Thời hạn chưa chắc chắn: đối chiếu trước khi hẹn.",
    "doubt_fee": "Phí, lệ phí chưa chắc chắn: đối chiếu trước khi thu.",
    "doubt_components": "Thành phần hồ sơ chưa chắc chắn: đối chiếu trước khi yêu cầu.",
    "doubt_results": "Tên hoặc mã kết quả chưa chắc chắn.",
    # signing: the token
    "token_absent": "Chưa cắm USB Token này. Chưa văn bản nào được ký. Cắm USB Token rồi ký lại.",
    "token_removed": "USB Token đã bị rút khi đang ký. Văn bản ký xong vẫn giữ, phần còn lại chưa ký. Cắm lại rồi ký tiếp.",
    "token_changed": "USB Token không còn chứng thư số đã chọn. Chưa văn bản nào được ký. Tải lại trang để xem chứng thư đang có.",
    "token_without_key": "USB Token không có khóa ký của chứng thư này. Chưa văn bản nào được ký. Liên hệ đơn vị cấp chứng thư.",
    "token_failed": "USB Token không ký được. Văn bản ký xong vẫn giữ, phần còn lại chưa ký. Rút ra, cắm lại rồi ký tiếp.",
    "token_hung": "USB Token không trả lời. Văn bản ký xong vẫn giữ, phần còn lại chưa ký. Rút ra, cắm lại rồi ký tiếp.",
    "token_module_died": "Trình điều khiển USB Token bị ngắt. Văn bản ký xong vẫn giữ, phần còn lại chưa ký. Ký tiếp phần còn lại.",
    "token_module_missing": "Chưa cài trình điều khiển USB Token trên máy chủ. Chưa văn bản nào được ký. Gọi kỹ thuật viên.",
    "token_worker_stopped": "Việc ký bị ngắt giữa chừng. Văn bản ký xong vẫn giữ, phần còn lại chưa ký. Ký tiếp phần còn lại.",
    "token_busy": "USB Token đang ký việc khác. Chưa dùng mã PIN. Chờ ký xong rồi thử lại.",
    "pin_wrong": (
        "Sai mã PIN, đã mất một lần thử. Chưa văn bản nào được ký. "
        "USB Token này không báo còn bao nhiêu lần, thường sai 3 lần thì bị khóa. Kiểm tra kỹ mã rồi nhập lại."
    ),
    "pin_wrong_left": "Sai mã PIN. Còn {left} lần thử. Chưa văn bản nào được ký. Kiểm tra kỹ mã rồi nhập lại.",
    "pin_locked": "USB Token bị khóa. Chưa văn bản nào được ký. Liên hệ đơn vị cấp chứng thư để mở khóa.",
    "pin_length": "Mã PIN cần từ 4 đến 64 ký tự. Chưa mất lần thử nào. Nhập lại mã.",
    "sign_request": "Danh sách ký chưa đúng. Chưa dùng mã PIN. Tải lại bàn ký rồi chọn lại.",
    "sign_job_unknown": "Không còn việc ký này. Mở lại bàn ký để xem văn bản nào đã ký.",
    "token_looking": "Đang tìm USB Token. Chưa dùng mã PIN. Chờ vài giây.",
    "certificate_not_registered": "Chưa đăng ký chứng thư số cho người đang ký. Chưa ký được. Gọi quản trị viên đăng ký chứng thư.",
    "pin_missing": "Nhập mã PIN của USB Token. Chưa văn bản nào được ký.",
    "pin_last_try": "USB Token chỉ còn 1 lần thử, sai nữa sẽ bị khóa. Chưa dùng mã PIN. Đánh dấu đồng ý nếu chắc mã đúng.",
    "nothing_chosen": "Chưa chọn văn bản nào. Xem từng trang rồi bấm Space để chọn.",
    "too_many_chosen": "Mỗi lần nhập PIN ký tối đa {most} văn bản. Chưa ký. Bỏ chọn bớt rồi ký làm nhiều lượt.",
    "being_signed": "Văn bản này {officer} đang ký. Không ký hai lần. Chờ xong rồi mở lại bàn ký.",
    "other_leader": "Văn bản của hồ sơ {code} ghi tên {officer}, không phải người đang ký. Chưa ký. Trả lại để soạn đúng người ký.",
    "page_unseen": "Chưa xem trang {page}/{pages}. Chưa ký. Xem hết các trang rồi chọn lại.",
    "document_changed": "Văn bản của hồ sơ {code} vừa đổi sang bản khác. Chưa ký bản nào. Xem lại bản mới rồi ký.",
    "wrong_signer": "Tệp ký không mang chữ ký của chứng thư đã đăng ký. Không nhận tệp này. Văn bản vẫn chờ; gọi kỹ thuật viên.",
    "signed_partly": "Có văn bản chưa ký. Văn bản ký xong vẫn giữ. Mở từng văn bản còn lại để xem lý do rồi ký lại.",
    "sign_not_heard": "Lệnh ký chưa đến được USB Token. Chưa văn bản nào được ký, chưa dùng mã PIN. Nhập PIN rồi ký lại.",
    # signing: the certificate
    "wrong_token": "USB Token này của {cn}, không phải của người đang ký. Chưa dùng mã PIN. Cắm đúng USB Token rồi ký lại.",
    "cert_not_yet_valid": "Chứng thư số của {cn} chưa đến ngày hiệu lực {day}. Chưa ký. Kiểm tra đồng hồ máy chủ.",
    "cert_expired": "Chứng thư số của {cn} hết hạn ngày {day}. Chưa ký. Đề nghị cấp chứng thư mới.",
    "cert_wrong_use": "Chứng thư số của {cn} không dùng để ký văn bản. Chưa ký. Chọn chứng thư khác.",
    "cert_untrusted": "Chứng thư số của {cn} không do cơ quan chứng thực được tin cậy cấp. Chưa ký. Gọi kỹ thuật viên.",
    "cert_revoked": "Chứng thư số của {cn} bị thu hồi từ ngày {day}. Chưa ký. Liên hệ đơn vị cấp chứng thư.",
    "revocation_unknown": (
        "Chưa kiểm tra được việc thu hồi chứng thư số của {cn} vì danh sách thu hồi đã cũ. "
        "Chưa ký. Chờ có mạng rồi ký lại, hoặc ký tay trên giấy."
    ),
    "crl_unreadable": "Danh sách thu hồi chứng thư tải về bị hỏng. Danh sách cũ vẫn giữ. Máy sẽ tải lại.",
    # signing: one document
    "document_missing": "Không đọc được tệp cần ký. Văn bản này chưa ký. Mở lại văn bản để xem.",
    "file_changed": "Tệp đã khác với bản lãnh đạo xem. Văn bản này chưa ký. Xem lại từng trang rồi ký.",
    "fill_field_missing": "Văn bản không có ô “{field}” để ghi số và ngày. Văn bản này chưa ký. Lập lại từ mẫu.",
    "signature_check_failed": "Chữ ký ở ô “{field}” kiểm tra không hợp lệ. Bản vừa ký bị bỏ, tệp gốc giữ nguyên. Gọi kỹ thuật viên.",
    "not_signed": "Văn bản này chưa ký vì việc ký dừng trước đó. Ký lại cùng phần còn lại.",
    "signing_stopped": "Văn bản này chưa ký theo yêu cầu dừng. Ký lại khi cần.",
    # the province's fleet
    "fleet_revoked": "Tỉnh đã ngừng nhận từ thiết bị này. Những gì đã nhận vẫn giữ.",
    "fleet_fork": (
        "Thiết bị đưa ra sổ cái khác với bản tỉnh đã nhận ({forks:n} lần). Tỉnh giữ bản đã nhận, không nhận bản khác. "
        "Có thể là máy bị sao chép hoặc khôi phục bản cũ: gọi kỹ thuật viên của xã."
    ),
    "fleet_silent": "Không liên lạc {days:n} ngày. Việc tại xã vẫn ghi tại xã. Gọi xã hỏi nguồn điện và đường truyền.",
    "fleet_quiet": "Không liên lạc hơn 1 ngày. Việc tại xã vẫn ghi tại xã. Theo dõi, quá 3 ngày thì gọi xã.",
    "fleet_set_aside": (
        "{set_aside:n} sự kiện đã nhận nhưng chưa đưa vào hồ sơ được. Nguyên văn vẫn giữ trong sổ cái tỉnh. Mở thiết bị để xem lý do."
    ),
    "fleet_files_late": "{files} tệp chưa về tỉnh, lâu nhất từ {since}. Xã vẫn giữ tệp. Kiểm tra đường truyền của xã.",
    "fleet_keys": (
        "{keys_away:n} hồ sơ chưa có khóa nên chưa mở được thông tin cá nhân. Sự kiện vẫn giữ đủ. Khóa tự về ở lần gửi tới."
    ),
    "fleet_never": "Chưa liên lạc lần nào. Kiểm tra việc ghi danh và đường truyền tại xã.",
    # signatures as judged, and evidence
    "signature_good_stamped": "Chữ ký hợp lệ, đã có dấu thời gian.",
    "signature_good": "Chữ ký hợp lệ, chờ dấu thời gian.",
    "signature_unchecked": "Chữ ký nguyên vẹn, chưa kiểm tra được thu hồi. Máy sẽ kiểm tra khi có mạng.",
    "signature_broken": "Chữ ký không hợp lệ: nội dung đã bị sửa sau khi ký. Không dùng tệp này.",
    "signature_changed_after": "Văn bản bị thay đổi sau chữ ký cuối cùng. Không dùng tệp này.",
    "signature_revoked": "Chứng thư số của người ký đã bị thu hồi. Không dùng chữ ký này.",
    "signature_expired": "Chứng thư số của người ký đã hết hạn và chưa có dấu thời gian. Không dùng chữ ký này.",
    "signature_untrusted": "Chứng thư số của người ký không do cơ quan chứng thực được tin cậy cấp. Không dùng chữ ký này.",
    "revocation_unreachable": "Chưa hỏi được cơ quan chứng thực về thu hồi. Chữ ký vẫn giữ. Máy sẽ hỏi lại khi có mạng.",
    "tsa_unreachable": "Chưa lấy được dấu thời gian. Chữ ký vẫn giữ. Máy sẽ lấy lại khi có mạng.",
    "tsa_untrusted": "Dịch vụ dấu thời gian không được tin cậy. Chữ ký vẫn giữ. Gọi kỹ thuật viên.",
    "evidence_failed": "Đã bổ sung chứng cứ nhưng kiểm tra lại không đạt. Tệp cũ vẫn giữ. Gọi kỹ thuật viên.",
    # sync
    "agent_failed": "Chương trình đồng bộ gặp lỗi. Hồ sơ vẫn còn đủ tại đây; máy tự thử lại. Nếu vẫn lỗi, gọi kỹ thuật viên.",
    "device_unknown": "Tỉnh chưa nhận máy này. Hồ sơ vẫn còn đủ tại đây. Gọi kỹ thuật viên ghi danh lại.",
    "device_revoked": "Tỉnh đã thu hồi máy này, không nhận thêm dữ liệu. Hồ sơ vẫn còn đủ tại đây. Gọi kỹ thuật viên ngay.",
    "sync_fork": "Tỉnh giữ một bản sổ cái khác của máy này. Không gửi thêm; hồ sơ vẫn còn đủ tại đây. Gọi kỹ thuật viên ngay.",
    "sync_gap": "Tỉnh còn thiếu một đoạn sổ cái. Máy tự gửi lại từ chỗ thiếu, không cần làm gì.",
    "life_unknown": "Tỉnh chưa biết đời máy này. Máy tự chào lại tỉnh rồi gửi tiếp.",
    "sync_malformed": "Tỉnh không đọc được yêu cầu của máy này. Hồ sơ vẫn còn đủ. Gọi kỹ thuật viên kiểm tra phiên bản.",
    "sync_version_unknown": "Tỉnh dùng phiên bản đồng bộ khác. Hồ sơ vẫn còn đủ. Gọi kỹ thuật viên cập nhật phần mềm.",
    "sync_body_too_big": "Gói gửi lên tỉnh quá lớn. Hồ sơ vẫn còn đủ. Gọi kỹ thuật viên.",
    "body_digest_wrong": "Dữ liệu bị sai trên đường truyền, tỉnh không nhận. Máy tự gửi lại.",
    "segment_too_big": "Đoạn sổ cái gửi lên quá lớn. Hồ sơ vẫn còn đủ. Gọi kỹ thuật viên.",
    "segment_malformed": "Tỉnh không đọc được đoạn sổ cái. Hồ sơ vẫn còn đủ tại đây. Gọi kỹ thuật viên.",
    "segment_chain_broken": "Chuỗi sổ cái gửi lên không khớp. Tỉnh chưa nhận gì. Gọi kỹ thuật viên kiểm tra sổ cái.",
    "segment_signature_wrong": "Chữ ký của máy trên đoạn sổ cái không đúng. Tỉnh chưa nhận gì. Gọi kỹ thuật viên.",
    "receipt_false": "Biên nhận của tỉnh không đúng chữ ký hoặc không khớp sổ cái. Coi như chưa gửi. Gọi kỹ thuật viên.",
    "feed_false": "Tin từ tỉnh không đúng chữ ký hoặc thứ tự. Máy không làm theo tin đó. Gọi kỹ thuật viên.",
    "keys_unreadable": "Gói khóa hồ sơ không mở được. Sự kiện vẫn còn đủ ở hai bên. Gọi kỹ thuật viên.",
    "file_not_named": "Tỉnh chưa thấy sự kiện nào nêu tệp này. Tệp vẫn còn tại đây; máy gửi lại sau sự kiện.",
    "upload_elsewhere": "Tệp đang gửi dở ở chỗ khác. Máy tự gửi tiếp từ chỗ tỉnh đã có.",
    "upload_damaged": "Tệp đến tỉnh không đúng nội dung. Tỉnh không giữ bản đó. Gọi kỹ thuật viên so lại hai bên.",
    "province_busy": "Máy chủ tỉnh đang bận. Hồ sơ vẫn còn đủ tại đây; máy tự thử lại.",
    "dossier_of_another": "Sự kiện nói về hồ sơ của đơn vị khác nên tỉnh để riêng. Gọi kỹ thuật viên.",
}

# A step of a dossier's timeline: kind of event → icon, what was done. The person's name stands before it.
STEPS: dict[str, tuple[str, str]] = {
    "dossier.accepted": ("check", "tiếp nhận hồ sơ{at_counter}{late_words}"),
    "dossier.taken": ("pen-line", "nhận xử lý"),
    "fee.taken": ("banknote", "thu {amount:n} đ, {method}, biên lai {receipt}"),
    "result.prepared": ("file-text", "soạn kết quả, {pages:n} trang"),
    "result.submitted": ("send", "trình lãnh đạo"),
    "result.sent_back": ("undo-2", "trả lại dự thảo"),
    "document.signed": ("signature", "ký số kết quả"),
    "document.numbered": ("list-checks", "cấp số {text}"),
    "document.sealed": ("stamp", "đóng dấu của cơ quan"),
    "document.timestamped": ("shield-check", "bổ sung dấu thời gian và chứng cứ kiểm tra"),
    "document.voided": ("ban", "hủy văn bản"),
    "copies.certified": ("stamp", "vào sổ số {text}: {copies:n} bản, {signer_name} ký"),
    "release.allowed": ("circle-check", "cho phép trả trước khi có dấu thời gian"),
    "dossier.returned": ("check-check", "trả kết quả{how_words}"),
    "dossier.erased": ("trash-2", "xóa thông tin cá nhân"),
    "incarnation.opened": ("server", "mở sổ cái mới"),
    "clock.confirmed": ("clock", "xác nhận ngày {date}"),
    "number.voided": ("ban", "hủy số, lý do: {reason}"),
    "numbers.lost": ("triangle-alert", "ghi nhận số {first} đến {last} bị mất"),
}

# How far a result is: state → kind of badge, icon, words.
RESULT_STATES: dict[str, tuple[str, str, str]] = {
    "none": ("ink", "file-text", "Dự thảo, chưa trình"),
    "submitted": ("ink", "send", "Đã trình, chờ lãnh đạo ký"),
    "signed": ("ink", "signature", "Lãnh đạo đã ký, chờ cấp số và đóng dấu"),
    "numbered": ("ink", "list-checks", "Đã cấp số, chờ đóng dấu"),
    "sealed": ("hold", "clock", "Đã ký tại đây, chờ dấu thời gian"),
    "timestamped": ("ok", "shield-check", "Đã ký, đóng dấu, có dấu thời gian"),
    "wet": ("ok", "stamp", "Đã ký và đóng dấu trên giấy"),
    "void": ("bad", "ban", "Đã hủy, không dùng được"),
}

# Why an event that came to the province was set aside: code of the reason → words.
SET_ASIDE: dict[str, str] = {
    "dossier_of_another": "việc trên hồ sơ của thiết bị khác, không được ghi vào hồ sơ",
    "sealed_part_damaged": "phần thông tin cá nhân không mở được",
}
SET_ASIDE_OTHER = "nội dung mà phiên bản này của tỉnh chưa đọc được"

FEE_METHODS = {"cash": "Tiền mặt", "transfer": "Chuyển khoản"}
RETURNED_HOW = {"counter": "Tại quầy", "post": "Qua bưu chính công ích"}
CHANNELS = {"counter": "Trực tiếp tại quầy", "online": "Trực tuyến", "post": "Qua bưu chính công ích"}
ERASE_BASES = {
    "subject_request": "Chủ thể dữ liệu yêu cầu xóa",
    "retention_over": "Hết thời hạn lưu trữ",
    "wrong_person": "Nhập nhầm người, thu thập không đúng",
}

for area in AREAS:
    SENTENCES |= area.SENTENCES
    STEPS |= area.STEPS

HTTP_SENTENCES: dict[int, tuple[str, str]] = {
    400: ("Yêu cầu không đọc được", "Chưa có gì thay đổi. Mở lại trang rồi thử lần nữa."),
    403: ("Không có quyền làm việc này", "Vai trò đang giữ không gồm việc này. Gọi quản trị viên nếu cần thêm quyền."),
    404: ("Không có trang này", "Địa chỉ sai hoặc đã đổi. Về trang chính rồi mở lại từ đó."),
    405: ("Không tải lại được trang này", "Việc vừa làm có thể đã xong hoặc chưa. Về trang chính xem lại trước khi làm lần nữa."),
    409: ("Dữ liệu bị trùng cập nhật", "Người khác vừa sửa. Nội dung của hai bên đều còn. Mở lại để xem khác biệt."),
    413: ("Tệp quá lớn", "Chưa lưu gì. Chia nhỏ tệp rồi thử lại."),
    422: ("Chưa làm được", "Chưa có gì thay đổi."),
    500: ("Có lỗi chưa biết", "Dữ liệu đã lưu vẫn còn. Thử lại; nếu vẫn lỗi, báo kỹ thuật viên mã dưới đây."),
}


class Words(string.Formatter):
    """Fill sentences: numbers with dots, lists with commas, an absent fact as …, never an error on top of an error."""

    def get_value(self, key: int | str, args: object, kwargs: dict) -> object:  # type: ignore[override]
        """Give a fact, or a mark that it is not known."""
        return kwargs.get(key, "…") if isinstance(key, str) else "…"

    def format_field(self, value: object, spec: str) -> str:
        """Show one fact."""
        if spec == "n" and isinstance(value, int):
            return number_text(value)
        return ", ".join(map(str, value)) if isinstance(value, (list, tuple)) else str(value)


def sentence(refused: Refused | Line) -> str:
    """Say a refusal (or a line) in Vietnamese. A code without a sentence raises KeyError: a test finds them all."""
    return Words().vformat(SENTENCES[refused.code], (), refused.facts)


def step_words(kind: str, facts: dict) -> tuple[str, str]:
    """Say a step of a timeline: icon and words. A kind that a newer version recorded is named as such."""
    icon, words = STEPS.get(kind, ("circle-dashed", "ghi một việc mà phiên bản này chưa biết"))
    return icon, Words().vformat(words, (), facts)
